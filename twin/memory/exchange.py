"""An exchange: one question and its answer. This one stores nothing; the one in remembered.py stores both."""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256

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

    def to_message(self, position: int, created_at: float) -> KeptMessage:
        """Return the message to store at a position; of the persona a digest is kept."""
        return KeptMessage(
            position,
            "assistant",
            self.text,
            created_at,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            model=self.model,
            finish_reason=self.finish_reason,
            persona=sha256(self.persona.encode()).hexdigest(),
            annotations=self.annotations.dump() if self.annotations else None,
        )


@dataclass(frozen=True)
class SummaryRequest:
    """The chat that asks a model for a summary of all messages before position `end`."""

    chat: ChatMessages
    end: int


class Exchange:
    """An exchange that stores nothing; `kept` is the stored answer, where this message was answered before."""

    wishes = ""  # of the program through which the visitor writes

    def __init__(self, question: str, kept: KeptMessage | None = None) -> None:
        self.kept = kept
        self._question = question
        self._asked_at = time.time()

    def compose(self, max_tokens: int) -> ChatMessages:
        """Return the question alone as the chat, whatever `max_tokens` allows: there is no conversation before it."""
        return [{"role": "user", "content": self._question}]

    def list_visitors(self, chat: ChatMessages) -> list[str]:
        """Return the visitor's own texts, those of `chat` included, whose contacts an answer may repeat."""
        return [message["content"] for message in chat if message["role"] == "user"]

    def list_said(self) -> list[str]:
        """Return no text: there is no conversation before the question."""
        return []

    def record(self, said: GivenAnswer) -> None:
        """Do nothing: there is nothing to store."""

    @property
    def is_held(self) -> bool:
        """False: the owner holds no conversation that is not remembered."""
        return False

    def list_owners(self) -> list[str]:
        """Return no text: the owner has written nothing in person."""
        return []

    @property
    def is_first(self) -> bool:
        """False: no conversation begins."""
        return False

    @property
    def is_summary_due(self) -> bool:
        """False: there is nothing to summarise."""
        return False

    def request_summary(self) -> SummaryRequest | None:
        """Return None: there is nothing to summarise."""
        return None

    def keep_summary(self, request: SummaryRequest, text: str) -> None:
        """Do nothing: there is no summary to store."""

    def close(self) -> None:
        """Do nothing: no session is held."""
