"""What POST /chat takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel
from pydantic.json_schema import SkipJsonSchema

from ...memory import Annotations
from ...turn.turn import Delta, Event, Reply, Silence, Started
from ..payload import Headers
from ..sse import ServerEvent

# What is trimmed: white space as Python, JavaScript and the schema's readers know it, so that all agree on it.
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff"
NOT_BLANK = {"pattern": r"[^\s\u001c-\u001f\u0085\ufeff]"}


def _trim(value: object) -> object:
    return value.strip(BLANKS) if isinstance(value, str) else value


Message = Annotated[str, BeforeValidator(_trim), Field(min_length=1, max_length=20_000, json_schema_extra=NOT_BLANK)]
SessionId = Annotated[str, Field(max_length=128)]


class ChatRequest(BaseModel):
    """A visitor's message; fields that are not listed here are ignored."""

    message: Message = Field(
        description="the question, 1 to 20,000 characters after white space at its ends is trimmed",
        examples=["Who are you?"],
    )
    session_id: SessionId | None = Field(
        None,
        description="the session's id, up to 128 characters; absent, null or empty: the server makes a UUID",
        examples=[None],
    )


class ChatHeaders(Headers):
    """What makes it safe to send a message again."""

    idempotency_key: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        alias="Idempotency-Key",
        max_length=255,
        description="of a message in a remembered session: sent again with it, it gets the same answer for 24 hours",
    )


class BareResponse(BaseModel):
    """What the twin says."""

    response: str = Field(description="the answer")
    session_id: str = Field(description="the id that was sent, or a new UUID; send it with the next message")
    finish_reason: Literal["length", "content_filter"] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        description="`length`: the answer was cut; `content_filter`: the model declined, or began to say something "
        "private, and this is `FALLBACK`, or ends in it",
    )


class ChatResponse(Annotations, BareResponse):
    """The twin's answer; the fields after `session_id` are there only where they say something."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"response": "I am Ada.", "session_id": "3f1e8a52"}]})

    @classmethod
    def of(cls, reply: Reply) -> ChatResponse:
        """Return what `reply` is on the wire."""
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
    """Return a turn's event as it goes over the wire; None for a silence, which is a tick."""
    if isinstance(event, Silence):
        return None
    if isinstance(event, Started):
        return ServerEvent("session", {"session_id": event.session_id})
    if isinstance(event, Delta):
        return ServerEvent("delta", {"text": event.text})
    return ServerEvent("done", ChatResponse.of(event).model_dump(exclude_none=True))
