"""An exchange: one question and its answer. This kind leaves no trace; remembered.py has the other."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..llm.messages import ChatMessages
from .annotations import Annotations
from .store import EndReason, KeptMessage


@dataclass(frozen=True)
class GivenAnswer:
    """An answer, with the persona and model that gave it, its cost in tokens, and its annotations."""

    text: str
    finish_reason: EndReason
    persona: str
    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    annotations: Annotations | None = None


@dataclass(frozen=True)
class SummaryRequest:
    """The chat that asks a model for a summary of all messages before position `end`."""

    chat: ChatMessages
    end: int


class Exchange:
    """An exchange that leaves no trace; `kept` is the stored answer, where this message was answered before."""

    def __init__(self, question: str, kept: KeptMessage | None = None) -> None:
        self.kept = kept
        self._question = question
        self._asked_at = time.time()

    def compose(self, max_tokens: int) -> ChatMessages:
        """Return the chat messages after the system message, of at most `max_tokens` beside the question."""
        return [{"role": "user", "content": self._question}]

    def record(self, said: GivenAnswer) -> None:
        """Store question and answer.

        Raises StoreUnavailable, and SessionBusy where another message took this one's place or the session was
        deleted; then nothing is stored.
        """

    @property
    def is_summary_due(self) -> bool:
        """Whether a summary is to be made after the answer was sent; makes no request to the database."""
        return False

    def request_summary(self) -> SummaryRequest | None:
        """Return the request for a summary, unless another process makes one; raises StoreUnavailable."""
        return None

    def keep_summary(self, request: SummaryRequest, text: str) -> None:
        """Store the model's summary; raises StoreUnavailable."""

    def close(self) -> None:
        """Release the session for its next message."""
