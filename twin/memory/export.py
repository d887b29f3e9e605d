"""The export of a session: everything that is stored of the session, as JSON, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from .annotations import Annotations
from .memory import Conversation
from .store import EndReason, KeptMessage, KeptSession, Role

POSSIBLE_YEARS = range(1972, 9998)  # those that every platform can convert, in every zone


def _check_year(value: datetime) -> datetime:
    if value.year not in POSSIBLE_YEARS:
        raise ValueError("it is no time that can be")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_check_year)]


class ExportedMessage(BaseModel):
    """Everything that is stored of one message; null where unknown."""

    role: Role = Field(description="`user` is the visitor, `assistant` the twin")
    content: str = Field(description="what was said")
    timestamp: Instant = Field(description="when, in UTC (RFC 3339)")
    idempotency_key: str | None = Field(None, max_length=255, description="that the visitor's message came with")
    prompt_tokens: int | None = Field(None, ge=0, lt=2**31, description="of an answer: what the model read for it")
    completion_tokens: int | None = Field(None, ge=0, lt=2**31, description="of an answer: what the model wrote")
    model: str | None = Field(None, description="of an answer: the model that gave it")
    finish_reason: EndReason | None = Field(None, description="of an answer: why it ended")
    persona: str | None = Field(
        None, pattern="^[0-9a-f]{64}$", description="of an answer: the SHA-256 of the persona's text, in hexadecimal"
    )
    annotations: Annotations | None = Field(None, description="of an answer: what it says beside its text")

    @classmethod
    def of(cls, message: KeptMessage) -> ExportedMessage:
        """Return the export of `message`."""
        return cls(
            role=message.role,
            content=message.text,
            timestamp=as_time(message.created_at),
            idempotency_key=message.key,
            prompt_tokens=message.prompt_tokens,
            completion_tokens=message.completion_tokens,
            model=message.model,
            finish_reason=message.finish_reason,
            persona=message.persona,
            annotations=Annotations.load(message.annotations) if message.annotations else None,
        )

    def restore(self, position: int) -> KeptMessage:
        """Return the message that this is the export of, at `position` in its session."""
        return KeptMessage(
            position,
            self.role,
            self.content,
            self.timestamp.timestamp(),
            self.idempotency_key,
            self.prompt_tokens,
            self.completion_tokens,
            self.model,
            self.finish_reason,
            self.persona,
            self.annotations.dump() if self.annotations else None,
        )


class Export(BaseModel):
    """Everything that is stored of a session."""

    session_id: str = Field(description="the session's id")
    created_at: Instant = Field(description="when it began, in UTC (RFC 3339)")
    summary: str = Field("", description="what the model is shown in place of the first messages")
    summarised: int = Field(0, ge=0, description="how many those are")
    messages: list[ExportedMessage] = Field(description="what was said, in its order")

    @classmethod
    def of(cls, kept: Conversation) -> Export:
        """Return the export of a conversation."""
        session = kept.session
        return cls(
            session_id=str(session.id),
            created_at=as_time(session.created_at),
            summary=session.summary,
            summarised=sum(message.position < session.summary_end for message in kept.messages),
            messages=[ExportedMessage.of(message) for message in kept.messages],
        )

    def restore(self, session_id: UUID) -> Conversation:
        """Return the conversation that this is the export of."""
        messages = [message.restore(position) for position, message in enumerate(self.messages)]
        last = min(max([self.created_at, *(message.timestamp for message in self.messages)]), datetime.now(UTC))
        covered = min(self.summarised, len(messages))
        session = KeptSession(
            session_id,
            self.created_at.timestamp(),
            last.timestamp(),
            next_position=len(messages),
            window_start=covered,
            summary=self.summary,
            summary_end=covered,
        )
        return Conversation(session, messages)


def as_time(seconds: float) -> datetime:
    """Return an instant, in seconds since 1970, as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
