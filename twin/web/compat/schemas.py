"""The requests and responses of /v1 (platform.openai.com/docs/api-reference/chat)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, StrictInt
from pydantic.json_schema import SkipJsonSchema

from ...llm.answers import Usage
from ...memory import Annotations

MODEL = "twin"  # the id of the one model
EMPTY: Any = {"json_schema_extra": {"maxItems": 0}}  # of a list; refused by conversation.py, in plain words
FIRST_FAULT: Any = Field(fail_fast=True)  # of a list, which may have a hundred thousand
CREATED = 1_767_225_600  # 1 January 2026: of a model, an instant that is the same in all processes


class ContentPart(BaseModel):
    """A part of a message's content."""

    type: str = Field(description="`text`; no other kind can be read")
    text: str | None = Field(None, description="the text")


class CallerMessage(BaseModel):
    """A message that the caller brings; other fields are ignored."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = Field(
        description="`system` and `developer` messages count as the caller's wishes; `tool` and `function` are refused"
    )
    content: str | Annotated[list[ContentPart], FIRST_FAULT] | None = Field(
        None, description="a text, or parts of type `text`"
    )
    tool_calls: list[Any] | None = Field(None, description="must be empty", **EMPTY)


class StreamOptions(BaseModel):
    """What a stream has beside the answer."""

    include_usage: StrictBool | None = Field(None, description="whether a last chunk tells the model's usage")


class CompletionRequest(BaseModel):
    """A conversation whose last message is the question; fields that are not listed here are ignored."""

    model: str | None = Field(None, description="any name: there is one model", examples=[MODEL])
    messages: Annotated[list[CallerMessage], FIRST_FAULT] = Field(
        min_length=1, description="the conversation", examples=[[{"role": "user", "content": "Who are you?"}]]
    )
    stream: StrictBool | None = Field(None, description="whether the answer comes as server-sent events")
    stream_options: StreamOptions | None = None
    n: Annotated[StrictInt, Field(ge=1, le=1)] | None = Field(None, description="how many answers: 1", examples=[1])
    tools: list[Any] | None = Field(None, description="must be empty: the twin calls no tools", **EMPTY)
    functions: list[Any] | None = Field(None, description="must be empty", **EMPTY)


class AnswerMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """The one answer, and why it ended."""

    index: Literal[0] = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: Literal["stop", "length", "content_filter"]


class TokenCounts(BaseModel):
    """The tokens of a call, as the model reported them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> TokenCounts:
        """Return the counts in a report."""
        read, written = usage.prompt_tokens, usage.completion_tokens
        return cls(prompt_tokens=read, completion_tokens=written, total_tokens=usage.total_tokens or read + written)


class Completion(BaseModel):
    """A chat completion."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="seconds since 1970")
    model: str
    choices: list[Choice]
    usage: TokenCounts | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="absent where the model reported none, or was not asked"
    )
    twin: Annotations = Field(description="what the answer says beside its text; positions are in its content")


class CompletionStream(BaseModel):
    """An event of the same answer as server-sent events, without names.

    The event with the finish_reason also has `twin`. While the model is silent there is a comment line every second.
    """

    data: str = Field(description="a `chat.completion.chunk`, at the end `[DONE]`, or an `error` and no more")


class Capabilities(BaseModel):
    """What the model can, in the words of Open WebUI, which asks for no more than that."""

    vision: bool = False
    file_upload: bool = False
    web_search: bool = False
    image_generation: bool = False
    code_interpreter: bool = False
    builtin_tools: bool = False
    usage: bool = True


class ModelMeta(BaseModel):
    """What Open WebUI reads of a model."""

    capabilities: Capabilities = Capabilities()


class ModelInfo(BaseModel):
    """What Open WebUI keeps of a model."""

    meta: ModelMeta = ModelMeta()


class ModelDescription(BaseModel):
    """The twin, as a model."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = CREATED
    owned_by: str = MODEL
    name: str = Field(MODEL, description="the owner's name, if it is set")
    info: ModelInfo = ModelInfo()


class ModelList(BaseModel):
    """The models: one."""

    object: Literal["list"] = "list"
    data: list[ModelDescription]
