"""The outcome of a turn, and the log's view of it."""

from __future__ import annotations

from dataclasses import dataclass

from ..telemetry.logs import ChatReport
from .events import Reply


@dataclass
class TurnOutcome:
    """How a turn ended: with a reply, with a fault, or with the visitor leaving its stream."""

    reply: Reply | None = None
    fault: str | None = None  # a problem's code
    is_streamed: bool = False
    first_token_ms: int | None = None  # of a stream, since the turn's start

    @property
    def has_left(self) -> bool:
        """Whether the visitor left before the end of the stream."""
        return self.is_streamed and self.reply is None and self.fault is None

    @property
    def is_model_answer(self) -> bool:
        """Whether the model answered the question, and was neither declined nor cut off for private text."""
        reply = self.reply
        is_answered = reply is not None and reply.origin == "model" and reply.finish_reason in ("stop", "length")
        return is_answered and self.fault is None

    def report(self) -> ChatReport:
        """Return the log's view of the turn."""
        if self.fault or not self.reply:
            return ChatReport(self.fault or ("left" if self.has_left else None), first_token_ms=self.first_token_ms)
        if self.reply.origin != "model":
            return ChatReport(self.reply.origin)
        usage, notes = self.reply.usage, self.reply.annotations
        grounding = notes.grounding
        return ChatReport(
            outcome=self.reply.finish_reason,
            model=self.reply.model,
            first_token_ms=self.first_token_ms,
            prompt_tokens=usage.prompt_tokens if usage else None,
            completion_tokens=usage.completion_tokens if usage else None,
            repaired=(grounding and len(grounding.repaired)) or None,
            removed=(grounding and len(grounding.removed)) or None,
            sources=len(notes.sources or ()) or None,
            unsupported=len(notes.unsupported or ()) or None,
            unknown=notes.grounded is False or None,
        )
