"""How much of a conversation the model is shown."""

from __future__ import annotations

from collections.abc import Sequence

from ..text.tokens import estimate_tokens
from .store import KeptMessage


def find_start(messages: Sequence[KeptMessage], room: int, most: int) -> int:
    """Return from which of `messages`, oldest first, the model is shown them: all, or about half of `most` tokens.

    All are shown while they fit `room` tokens (`most`, less what else has to fit). Cutting to half means that
    the next turns only add to what the model has read already, which providers' caches need (OpenAI's and
    Anthropic's pages on prompt caching). The first message that is shown is a visitor's.
    """
    left = sum(map(count_tokens, messages))
    if left <= room:
        return 0
    for index, message in enumerate(messages):
        if message.role == "user" and left <= min(room, most // 2):
            return index
        left -= count_tokens(message)
    return len(messages)


def count_tokens(message: KeptMessage) -> int:
    """Return about how many tokens a message has."""
    return estimate_tokens(message.text)


def drop_unshown(messages: Sequence[KeptMessage]) -> list[KeptMessage]:
    """Return `messages` without what a model should not see: declined turns, those without an answer, and a greeting.

    A provider's filter would decline the next message too, and many refuse a message without text, or a conversation
    that an assistant begins, as imported ones may.
    """
    kept: list[KeptMessage] = []
    for message in messages:
        if message.role == "assistant" and (message.finish_reason == "content_filter" or not message.text.strip()):
            if kept and kept[-1].role == "user":
                kept.pop()
        elif kept or message.role == "user":
            kept.append(message)
    return kept
