"""A session in the formats of the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from ...memory import Annotations, Conversation, Instant, KeptMessage, as_time

ShownReason = Literal["length", "content_filter", "interrupted"]


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
        description="of an answer. `length`: it was cut; `content_filter`: the model declined; `interrupted`: you left",
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


class Session(BaseModel):
    """A conversation that is remembered."""

    session_id: str = Field(description="the id that was asked for")
    created_at: Instant = Field(description="when it began, in UTC (RFC 3339)")
    messages: list[SessionMessage] = Field(description="what was said, in its order")

    @classmethod
    def of(cls, session_id: str, kept: Conversation) -> Session:
        """Return `kept` in wire format, under the id that the visitor used."""
        return cls(
            session_id=session_id,
            created_at=as_time(kept.session.created_at),
            messages=[SessionMessage.of(message) for message in kept.messages],
        )
