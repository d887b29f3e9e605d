"""An answer in the making: its checked text so far, and the annotations of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..memory import GivenAnswer
from .events import Reply
from .review import Review

if TYPE_CHECKING:
    from ..grounding import Gate
    from ..knowledge.search import SearchResult
    from ..llm.answers import Answer, FinishReason
    from ..llm.messages import ChatMessages


class Draft:
    """An answer that is being written to `messages`, and passes through a gate piece by piece."""

    def __init__(self, messages: ChatMessages, gate: Gate, review: Review, fallback: str) -> None:
        self.messages = messages
        self._gate = gate
        self._review = review
        self._fallback = fallback
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        """The answer so far, as shown to the visitor."""
        return "".join(self._pieces)

    @property
    def found(self) -> SearchResult:
        """The passages that were found for the question."""
        return self._review.found

    def push(self, piece: str) -> str:
        """Take the next piece from the model, and return the text that can be shown now."""
        return self._show(self._gate.push(piece))

    def finish(self) -> str:
        """Return the rest of the text, which the gate held back until the end."""
        return self._show(self._gate.finish())

    def complete(self, answer: Answer, session_id: str) -> tuple[Reply, GivenAnswer]:
        """Return the finished answer: for the visitor, and for the memory."""
        gate, text = self._gate, self.text
        is_said = answer.finish_reason != "content_filter" and bool(text.strip())  # the gate may have removed all
        if not is_said:
            text = self._fallback
        finish_reason: FinishReason = "content_filter" if gate.has_withheld else answer.finish_reason
        read, written = (answer.usage.prompt_tokens, answer.usage.completion_tokens) if answer.usage else (None, None)
        notes = self._review.annotate(text, gate, is_said=is_said)
        given = GivenAnswer(text, finish_reason, self._review.briefing.persona, answer.model, read, written, notes)
        return Reply(text, session_id, finish_reason, notes, model=answer.model, usage=answer.usage), given

    def _show(self, text: str) -> str:
        if text:
            self._pieces.append(text)
        return text
