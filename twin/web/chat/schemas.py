"""The request and the response of POST /chat."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.json_schema import SkipJsonSchema

from ...memory import Annotations
from ...turn import Delta, Event, Reply, Silence, Started
from ..message import MessageText
from ..payload import Headers
from ..sse import ServerEvent

SessionId = Annotated[str, Field(max_length=128)]


class ChatRequest(BaseModel):
    """A visitor's message; fields that are not listed here are ignored."""

    message: MessageText = Field(
        description="the question, 1 to 20,000 characters after white space at its ends is trimmed",
        examples=["Who are you?"],
    )
    session_id: SessionId | None = Field(
        None,
        description="the session's id, up to 128 characters; absent, null or empty: the server makes a UUID",
        examples=[None],
    )


class ChatHeaders(Headers):
    """The header that makes a retry safe."""

    idempotency_key: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        alias="Idempotency-Key",
        max_length=255,
        description="of a message in a remembered session: sent again with it, it gets the same answer for 24 hours",
    )


class BareResponse(BaseModel):
    """The answer's text and its end."""

    response: str = Field(description="the answer")
    session_id: str = Field(description="the id that was sent, or a new UUID; send it with the next message")
    finish_reason: Literal["length", "content_filter"] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        description="`length`: the answer was cut; `content_filter`: the model declined, or began to say something "
        "private, and this is `FALLBACK`, or ends in it",
    )


class ChatResponse(Annotations, BareResponse):
    """The twin's answer; a field after `session_id` is present only when not empty."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"response": "I am Ada.", "session_id": "3f1e8a52"}]})

    @classmethod
    def of(cls, reply: Reply) -> ChatResponse:
        """Return `reply` in wire format."""
        finish_reason = None if reply.finish_reason == "stop" else reply.finish_reason
        said = {"response": reply.text, "session_id": reply.session_id, "finish_reason": finish_reason}
        return cls.model_validate(said | dict(reply.annotations))


class EventStream(RootModel[str]):
    """The same answer as server-sent events.

    `session` `{"session_id"}` comes first, a `delta` `{"text"}` whenever the model wrote something, and at the end
    either `done`, a ChatResponse whose `response` replaces what was shown, or `error`, a Problem. While the model is
    silent there is a comment line every second.
    """


def to_server_event(event: Event) -> ServerEvent | None:
    """Return a turn's event in wire format; None, a tick, for a silence."""
    if isinstance(event, Silence):
        return None
    if isinstance(event, Started):
        return ServerEvent("session", {"session_id": event.session_id})
    if isinstance(event, Delta):
        return ServerEvent("delta", {"text": event.text})
    return ServerEvent("done", ChatResponse.of(event).model_dump(exclude_none=True))
