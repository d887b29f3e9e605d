"""What goes between a visitor and the owner, in the formats of the wire."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from ...memory import Conversation, Export, Instant, as_time
from ...owner import Answered, Awaited, Left, News
from ...owner.export import ExportedJudgement, ExportedQuestion
from ..message import NOT_BLANK, MessageText, trim
from ..payload import Headers
from ..sse import ServerEvent
from .schemas import SessionMessage, VisitorQuestion

CONSENT = "The address is used to answer this question, and deleted 30 days after the answer."  # for a bare `true`

TEXT: JsonDict = {"type": "string", **NOT_BLANK}
AGREED: JsonDict = {  # with an address, the consent
    "if": {"properties": {"contact": TEXT}, "required": ["contact"]},
    "then": {"properties": {"consent": {"anyOf": [{"const": True}, TEXT]}}, "required": ["consent"]},
}

Short = Annotated[str, BeforeValidator(trim), StringConstraints(max_length=1_000)]


class QuestionRequest(BaseModel):
    """A visitor's question for the owner."""

    model_config = ConfigDict(json_schema_extra=AGREED)

    question: MessageText = Field(description="1 to 20,000 characters", examples=["Do you sing at weddings?"])
    contact: Short | None = Field(None, description="an address for the answer, if the visitor wants one used")
    consent: bool | Short | None = Field(
        None,
        validate_default=True,
        description="with a contact: the sentence that the visitor agreed to, which is kept; or true",
    )

    @field_validator("consent")
    @classmethod
    def _require_consent(cls, value: bool | str | None, info: ValidationInfo) -> bool | str | None:
        if info.data.get("contact") and not value:
            raise PydanticCustomError("consent", "An address needs the sentence that you agreed to")
        return CONSENT if value is True else value or None


class QuestionReceipt(BaseModel):
    """What has become of a question, and nothing else: no answer is promised."""

    id: int = Field(description="the question's number, as `GET /sessions/<id>` and events have it")
    detail: str = Field(description="the same in a sentence for the visitor")
    notified: Literal[True] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="true: a channel of the owner's took a notice of it"
    )

    @classmethod
    def of(cls, question: int, *, is_notified: bool) -> QuestionReceipt:
        """Return the receipt of a question that is in the inbox."""
        kept = "Your question is in the owner's inbox."
        told = f"{kept} A notice of it was delivered to the owner."
        return cls(id=question, detail=told if is_notified else kept, notified=True if is_notified else None)


class FeedbackRequest(BaseModel):
    """A visitor's thumb on an answer of the twin's."""

    message: int | None = Field(
        None,
        ge=0,
        le=2**31 - 1,
        description="the answer's place among the messages of `GET /sessions/<id>`, from 0; null: the last answer",
    )
    value: Literal[1, -1, 0] = Field(description="1: up; -1: down; 0: taken back")
    note: Short | None = Field(None, description="what the visitor adds, up to 1,000 characters")


class EventHeaders(Headers):
    """The header by which a page that comes back gets what it has missed."""

    last_event_id: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        alias="Last-Event-ID",
        description="place of the last message that the page knows, from 0; absent, or no number: the visitor's last",
    )

    @property
    def place(self) -> int | None:
        """The place, or None where none was sent."""
        sent = self.last_event_id or ""
        return int(sent) if re.fullmatch("[0-9]{1,9}", sent) else None


class SessionEvents(RootModel[str]):
    """What comes from the owner, as server-sent events, until nothing is awaited any more.

    `message` is a SessionMessage with its place as `index` and as the event's id; `answer` a VisitorQuestion with its
    answer; `awaited` `{"open_questions", "held_until"?}` comes first and whenever it changes, and last with neither.
    While nothing happens there is a comment line every second.
    """


class SessionExport(Export):
    """Everything that is kept of a session, with what its visitor left for the owner."""

    held_until: Instant | None = Field(None, description="while the owner answers in person: until when")
    questions: list[ExportedQuestion] = Field([], description="what the visitor asked the owner")
    feedback: list[ExportedJudgement] = Field([], description="how the visitor judged answers")

    @classmethod
    def gather(cls, kept: Conversation, left: Left | None) -> SessionExport:
        """Return the export of a conversation, and of what its visitor has left."""
        found = left or Left(None)
        return cls(
            **dict(Export.of(kept)),
            held_until=as_time(found.held_until) if found.held_until else None,
            questions=[ExportedQuestion.of(asked) for asked in found.questions],
            feedback=[ExportedJudgement.of(judgement) for judgement in found.judgements],
        )


def to_server_event(news: News | None) -> ServerEvent | None:
    """Return news from the owner in wire format; None, a tick, for a silence."""
    if news is None:
        return None
    if isinstance(news, Awaited):
        until = {"held_until": as_time(news.held_until).isoformat()} if news.held_until else {}
        return ServerEvent("awaited", {"open_questions": news.open_questions, **until})
    if isinstance(news, Answered):
        return ServerEvent("answer", VisitorQuestion.of(news.question).model_dump(mode="json", exclude_none=True))
    said = SessionMessage.of(news.message).model_dump(mode="json", exclude_none=True)
    return ServerEvent("message", {"index": news.index, **said}, id=news.index)
