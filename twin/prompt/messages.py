"""The messages that the model is sent for one question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..knowledge.sources import Citable
from ..llm.messages import ChatMessages


@dataclass(frozen=True)
class Prepared:
    """The messages, and the passages of the documents in them."""

    messages: ChatMessages
    given: Citable


def compose_messages(system: str, said: ChatMessages, context: Iterable[str]) -> ChatMessages:
    """Return the system message, and a conversation whose last message, the question, has `context` at its end.

    All that depends on the question comes last, so that a provider's prompt cache holds the rest.
    """
    *before, question = said
    parts = "\n\n".join(filter(None, context))
    closing = f"\n\n<context>\n{parts}\n</context>" if parts else ""
    return [
        {"role": "system", "content": system},
        *before,
        {"role": "user", "content": question["content"] + closing},
    ]
