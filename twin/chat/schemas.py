"""What POST /chat takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel
from pydantic.json_schema import SkipJsonSchema

from ..payload import Headers
from ..turn import Reply

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


class GroundingReport(BaseModel):
    """What the model wrote in links, e-mail addresses and phone numbers that neither owner nor visitor did."""

    repaired: list[str] = Field(description="what was a misspelling of the owner's, which stands in its place")
    removed: list[str] = Field(description="what was taken out")


class CitedSource(BaseModel):
    """A passage of the owner's documents that an answer used."""

    model_config = ConfigDict(from_attributes=True)

    title: str = Field(description="the document's title")
    file: str = Field(description="the name of its file")
    quote: str = Field(description="what stands there, word for word")


class ChatResponse(BaseModel):
    """The twin's answer; the fields after `session_id` are there only where they say something."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"response": "I am Ada.", "session_id": "3f1e8a52"}]})

    response: str = Field(description="the answer")
    session_id: str = Field(description="the id that was sent, or a new UUID; send it with the next message")
    finish_reason: Literal["length", "content_filter"] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        description="`length`: the answer was cut; `content_filter`: the model declined, or began to say something "
        "private, and this is `FALLBACK`, or ends in it",
    )
    grounding: GroundingReport | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="what was not shown as the model wrote it"
    )

    sources: list[CitedSource] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="the passages that the answer used"
    )
    grounded: Literal[False] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="false: nothing close to the question is in the owner's documents"
    )

    @classmethod
    def of(cls, reply: Reply) -> ChatResponse:
        """Return what `reply` is on the wire."""
        finish_reason = None if reply.finish_reason == "stop" else reply.finish_reason
        grounding = None
        if reply.repaired or reply.removed:
            grounding = GroundingReport(repaired=list(reply.repaired), removed=list(reply.removed))
        return cls(
            response=reply.text,
            session_id=reply.session_id,
            finish_reason=finish_reason,
            grounding=grounding,
            sources=[CitedSource.model_validate(source) for source in reply.sources] or None,
            grounded=None if reply.is_grounded else False,
        )


class EventStream(RootModel[str]):
    """The same answer as server-sent events.

    `session` `{"session_id"}` comes first, a `delta` `{"text"}` whenever the model wrote something, and at the end
    either `done`, a ChatResponse whose `response` replaces what was shown, or `error`, a Problem. While the model is
    silent there is a comment line every second.
    """
