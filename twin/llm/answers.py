"""Answers: the raw reply of the model, and the answer that it is where it is valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from ..errors import ModelFailed, ModelMisconfigured
from .finish_reasons import Ending

FinishReason = Literal["stop", "length", "content_filter"]


def _parse_whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value  # 44.0, as some languages write it


Tokens = Annotated[int, BeforeValidator(_parse_whole), Field(le=10**9, strict=True)]


class Usage(BaseModel):
    """The tokens that a call used, by OpenAI's names or Anthropic's; a report of no prompt tokens at all is invalid."""

    prompt_tokens: Tokens = Field(ge=1, validation_alias=AliasChoices("prompt_tokens", "input_tokens"))
    completion_tokens: Tokens = Field(ge=0, validation_alias=AliasChoices("completion_tokens", "output_tokens"))
    total_tokens: Tokens = Field(0, ge=0)

    @property
    def output_tokens(self) -> int:
        """The tokens that the model wrote; some providers count reasoning tokens in the total alone."""
        return max(self.completion_tokens, self.total_tokens - self.prompt_tokens)


def _parse_usage(value: object, parse: ValidatorFunctionWrapHandler) -> Usage | None:
    try:
        usage: Usage | None = parse(value)
    except ValidationError:  # an answer is worth more than its token count
        return None
    return usage


ReportedUsage = Annotated[Usage | None, WrapValidator(_parse_usage)]


@dataclass(frozen=True)
class Answer:
    """A valid answer of the model; `text` is empty where the model declined (`content_filter`)."""

    text: str
    finish_reason: FinishReason = "stop"
    usage: Usage | None = None
    model: str = ""


@dataclass(frozen=True)
class RawReply:
    """The raw reply of the model, not yet validated."""

    text: str = ""
    ending: Ending = Ending.FINISHED
    usage: Usage | None = None
    begins_with_thinking: bool = False  # without a mark that begins it
    is_thinking: bool = False  # and nothing else, as a visitor can make any model answer

    def validate(self) -> Answer:
        """Return the answer.

        Raises ModelFailed for a reply that is empty or broke off, and ModelMisconfigured where the output cap left no
        room for an answer.
        """
        if self.ending is Ending.DECLINED:
            return Answer("", "content_filter", self.usage)
        if self.ending is Ending.BROKEN:
            raise ModelFailed(advice="The model broke off its answer: its own log says why.")
        is_empty = not self.text.strip()
        if self.ending is Ending.CUT:
            if is_empty:
                raise ModelMisconfigured(
                    advice="MAX_OUTPUT_TOKENS: the model used them up before it wrote a word: raise it."
                )
            return Answer(self.text, "length", self.usage)
        if self.is_thinking:
            raise ModelFailed(advice="The model sent an answer of nothing but thinking.")
        if is_empty:
            raise ModelFailed(advice="The model sent an answer without text.")
        return Answer(self.text, "stop", self.usage)
