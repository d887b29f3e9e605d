"""The desk's export of a conversation: all that is kept of it, but for the id that opens it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from ..memory import Conversation, Export, Instant, as_time
from ..memory.export import ExportedMessage
from .dossier import AskedQuestion, Dossier, Judgement


class ExportedQuestion(BaseModel):
    """A question that the visitor asked the owner."""

    question: str = Field(description="in the visitor's words")
    contact: str | None = Field(description="where to answer, if the visitor left an address")
    consent: str | None = Field(description="the sentence that the visitor agreed to")
    asked_at: Instant = Field(description="when, in UTC (RFC 3339)")
    answer: str | None = Field(description="the owner's answer")
    answered_at: Instant | None = Field(description="when it was given")

    @classmethod
    def of(cls, asked: AskedQuestion) -> ExportedQuestion:
        """Return the export of `asked`."""
        given = None if asked.answered_at is None else as_time(asked.answered_at)
        named: dict[str, Any] = {name: getattr(asked, name) for name in ("question", "contact", "consent", "answer")}
        return cls(**named, asked_at=as_time(asked.asked_at), answered_at=given)


class DeskQuestion(ExportedQuestion):
    """The same with what the owner alone sees."""

    draft: str | None = Field(description="the answer that the owner took back")

    @classmethod
    def of(cls, asked: AskedQuestion) -> DeskQuestion:
        """Return the export of `asked`."""
        return cls(**dict(ExportedQuestion.of(asked)), draft=asked.draft)


class ExportedJudgement(BaseModel):
    """A visitor's thumb on an answer."""

    position: int = Field(description="place of the answer among the messages, from 0")
    value: int = Field(description="1 or -1")
    note: str | None = Field(description="what the visitor wrote beside it")

    @classmethod
    def of(cls, judgement: Judgement) -> ExportedJudgement:
        """Return the export of `judgement`."""
        return cls(**asdict(judgement))


class DeskExport(BaseModel):
    """Everything that is stored of a conversation, under its number."""

    conversation: int = Field(description="the number by which the desk knows it")
    created_at: Instant = Field(description="when it began, in UTC (RFC 3339)")
    summary: str = Field(description="what the model is shown in place of the first messages")
    messages: list[ExportedMessage] = Field(description="what was said, in its order")
    questions: list[DeskQuestion] = Field(description="what the visitor asked the owner")
    feedback: list[ExportedJudgement] = Field(description="how the visitor judged answers")

    @classmethod
    def of(cls, dossier: Dossier, kept: Conversation) -> DeskExport:
        """Return the export of a conversation."""
        said = Export.of(kept)
        return cls(
            conversation=dossier.number,
            created_at=said.created_at,
            summary=said.summary,
            messages=said.messages,
            questions=[DeskQuestion.of(asked) for asked in dossier.questions],
            feedback=[ExportedJudgement.of(judgement) for judgement in dossier.judgements],
        )
