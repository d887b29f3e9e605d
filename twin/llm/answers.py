"""What the model said, in the parts of a chat completion that we use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from ..errors import ModelFailed, ModelMisconfigured

FinishReason = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True)
class Answer:
    """What the model said; `text` is empty where it declined (`content_filter`)."""

    text: str
    finish_reason: FinishReason = "stop"


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message = Field(default_factory=_Message)  # Azure leaves it out where its filter declined
    finish_reason: str | None = None


class _Completion(BaseModel):
    """The parts of a chat completion that we use (platform.openai.com/docs/api-reference/chat/object)."""

    choices: list[_Choice] = Field(min_length=1)


def read_answer(body: bytes) -> Answer:
    """Return the answer in a chat completion's JSON.

    Raises ValueError where it is no chat completion, ModelFailed where its answer is empty, and
    ModelMisconfigured where the output cap left no room for one.
    """
    choice = _Completion.model_validate_json(body).choices[0]
    text = choice.message.content or ""
    if choice.message.refusal or choice.finish_reason == "content_filter":
        return Answer("", "content_filter")
    if choice.finish_reason == "length":
        if not text.strip():
            raise ModelMisconfigured(
                advice="MAX_OUTPUT_TOKENS: the model used them up before it wrote a word: raise it."
            )
        return Answer(text, "length")
    if not text.strip():
        raise ModelFailed(advice="The model sent an answer without text.")
    return Answer(text)
