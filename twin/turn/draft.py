"""An answer in the making: its checked text so far, and the annotations of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..knowledge.sources import Source, find_sources
from ..memory import Annotations, CitedSource, GivenAnswer, GroundingReport
from .events import Reply

if TYPE_CHECKING:
    from ..grounding import Gate
    from ..llm.answers import Answer, FinishReason
    from ..prompt import Briefing, Prepared


class Draft:
    """An answer that is being written to `prepared`, and passes through a gate piece by piece."""

    def __init__(
        self, question: str, prepared: Prepared, gate: Gate, briefing: Briefing, fallback: str, *, is_grounded: bool
    ) -> None:
        """`is_grounded` is whether the documents have something close to the question."""
        self.messages = prepared.messages
        self.is_grounded = is_grounded
        self._question = question
        self._given = prepared.given
        self._gate = gate
        self._briefing = briefing
        self._fallback = fallback
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        """The answer so far, as shown to the visitor."""
        return "".join(self._pieces)

    def push(self, piece: str) -> str:
        """Take the next piece from the model, and return the text that can be shown now."""
        return self._show(self._gate.push(piece))

    def finish(self) -> str:
        """Return the rest of the text, which the gate held back until the end."""
        return self._show(self._gate.finish())

    def complete(self, answer: Answer, session_id: str) -> tuple[Reply, GivenAnswer]:
        """Return the finished answer: for the visitor, and for the memory."""
        gate, text = self._gate, self.text
        if answer.finish_reason == "content_filter" or not text.strip():  # the gate may have removed all
            text = self._fallback
        finish_reason: FinishReason = "content_filter" if gate.has_withheld else answer.finish_reason
        read, written = (answer.usage.prompt_tokens, answer.usage.completion_tokens) if answer.usage else (None, None)
        notes = self._annotate(text)
        given = GivenAnswer(text, finish_reason, self._briefing.persona, answer.model, read, written, notes)
        return Reply(text, session_id, finish_reason, notes, model=answer.model, usage=answer.usage), given

    def _show(self, text: str) -> str:
        if text:
            self._pieces.append(text)
        return text

    def _annotate(self, text: str) -> Annotations:
        gate = self._gate
        grounding = GroundingReport(repaired=gate.repaired, removed=gate.removed)
        return Annotations(
            grounding=grounding if gate.repaired or gate.removed else None,
            sources=[CitedSource.model_validate(source) for source in self._find_sources(text)] or None,
            grounded=None if self.is_grounded else False,
        )

    def _find_sources(self, text: str) -> tuple[Source, ...]:
        if not self._given or text == self._fallback or self._gate.has_withheld:
            return ()
        briefing = self._briefing
        return find_sources(text, self._question, self._given, briefing.library.rarity, briefing.names)
