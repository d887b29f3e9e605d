"""The window: the part of a conversation that is shown to the model."""

from __future__ import annotations

from collections.abc import Sequence

from ..text.tokens import estimate_tokens
from .store import KeptMessage
from .transcript import is_owners


def find_start(messages: Sequence[KeptMessage], room: int, max_tokens: int) -> int:
    """Return the index where the window begins in `messages`, oldest first: at 0, or about `max_tokens` / 2 back.

    All messages are shown while they fit `room` tokens (`max_tokens`, less the summary and the question). After a cut
    to half, the next turns only append to the previous prompt, which providers' caches need (OpenAI's and Anthropic's
    pages on prompt caching). The first message in the window is a visitor's.
    """
    left = sum(map(count_tokens, messages))
    if left <= room:
        return 0
    for index, message in enumerate(messages):
        if message.role == "user" and left <= min(room, max_tokens // 2):
            return index
        left -= count_tokens(message)
    return len(messages)


def count_tokens(message: KeptMessage) -> int:
    """Return the estimated tokens of a message."""
    return estimate_tokens(message.text)


def drop_unshown(messages: Sequence[KeptMessage]) -> list[KeptMessage]:
    """Return `messages` without declined turns, turns with an empty answer, and a greeting at the beginning.

    What says that the owner holds the conversation is left out, and its question kept.

    After a declined turn a provider's filter would decline the next message too. Many providers refuse a message
    without text, and a conversation that the assistant begins, as imported ones may.
    """
    kept: list[KeptMessage] = []
    for message in messages:
        if message.finish_reason == "held":
            continue
        if message.role == "assistant" and (message.finish_reason == "content_filter" or not message.text.strip()):
            if kept and kept[-1].role == "user":
                kept.pop()
        elif kept or message.role == "user" or is_owners(message):
            kept.append(message)
    return kept
