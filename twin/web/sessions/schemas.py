"""A session in the formats of the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from ...memory import Annotations, Conversation, Instant, KeptMessage, as_time
from ...owner import AskedQuestion, Left

ShownReason = Literal["length", "content_filter", "interrupted", "held"]


class LegacyMessage(BaseModel):
    """One message, in the format of older frontends."""

    role: Literal["user", "assistant"] = Field(description="`user` is the visitor, `assistant` the twin")
    content: str = Field(description="what was said")
    timestamp: Instant = Field(description="when, in UTC (RFC 3339)")


class LegacyConversation(BaseModel):
    """A conversation, in the format of older frontends; an empty one for an unknown session."""

    session_id: str = Field(description="the id that was asked for")
    messages: list[LegacyMessage] = Field(description="what was said, in its order")

    @classmethod
    def of(cls, session: Session) -> LegacyConversation:
        """Return `session` in the format of older frontends."""
        messages = [LegacyMessage(**message.model_dump()) for message in session.messages]
        return cls(session_id=session.session_id, messages=messages)


class SessionMessage(Annotations, LegacyMessage):
    """One message; the fields after `timestamp` are an answer's, each present only when not empty."""

    finish_reason: ShownReason | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        description="of an answer. `length`: it was cut; `content_filter`: the model declined; `interrupted`: you "
        "left; `held`: it says that the owner, who is there, will answer",
    )

    @classmethod
    def of(cls, message: KeptMessage) -> SessionMessage:
        """Return `message` in wire format."""
        reason = message.finish_reason
        said = {
            "role": message.role,
            "content": message.text,
            "timestamp": as_time(message.created_at),
            "finish_reason": None if reason == "stop" else reason,
        }
        return cls.model_validate(said | dict(Annotations.load(message.annotations)))


class VisitorQuestion(BaseModel):
    """A question that the visitor asked the owner."""

    id: int = Field(description="its number")
    question: str = Field(description="in the visitor's words")
    asked_at: Instant = Field(description="when, in UTC (RFC 3339)")
    answer: str | SkipJsonSchema[None] = Field(default_factory=lambda: None, description="the owner's, once given")
    answered_at: Instant | SkipJsonSchema[None] = Field(default_factory=lambda: None, description="when it was given")

    @classmethod
    def of(cls, asked: AskedQuestion) -> VisitorQuestion:
        """Return `asked` in wire format."""
        answered = None if asked.answered_at is None else as_time(asked.answered_at)
        given = {"answer": asked.answer, "answered_at": answered}
        return cls(id=asked.id, question=asked.question, asked_at=as_time(asked.asked_at), **given)


class Session(BaseModel):
    """A conversation that is remembered."""

    session_id: str = Field(description="the id that was asked for")
    created_at: Instant = Field(description="when it began, in UTC (RFC 3339)")
    messages: list[SessionMessage] = Field(description="what was said, in its order")
    held_until: Instant | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        description="while the owner answers in person: until when, if nothing more is said",
    )
    questions: list[VisitorQuestion] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="what the visitor asked the owner, if anything"
    )

    @classmethod
    def of(cls, session_id: str, kept: Conversation, left: Left | None = None) -> Session:
        """Return `kept`, and what its visitor has left, in wire format, under the id that the visitor used."""
        return cls(
            session_id=session_id,
            created_at=as_time(kept.session.created_at),
            messages=[SessionMessage.of(message) for message in kept.messages],
            held_until=as_time(left.held_until) if left and left.held_until else None,
            questions=[VisitorQuestion.of(asked) for asked in left.questions] if left and left.questions else None,
        )
