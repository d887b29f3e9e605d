"""Chat completions, whole and streamed: parsed into a raw reply, and validated into an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from ..errors import ModelFailed, ModelMisconfigured
from ..system.fairness import give_turn

FinishReason = Literal["stop", "length", "content_filter"]
CUT_SHORT = {"length", "max_tokens", "model_length"}  # OpenAI's word, some gateways', Mistral's
BROKEN_OFF = {"error", "abort", "insufficient_system_resource"}  # Mistral's and OpenRouter's, vLLM's, DeepSeek's


class Usage(BaseModel):
    """The tokens that a call used; a report of no prompt tokens at all is invalid."""

    prompt_tokens: int = Field(ge=1, le=10**9, strict=True)
    completion_tokens: int = Field(ge=0, le=10**9, strict=True)
    total_tokens: int = Field(0, ge=0, le=10**9, strict=True)

    @property
    def output_tokens(self) -> int:
        """The tokens that the model wrote; some providers count reasoning tokens in the total alone."""
        return max(self.completion_tokens, self.total_tokens - self.prompt_tokens)


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
    is_refused: bool = False
    finish_reason: str | None = None
    usage: Usage | None = None

    def validate(self) -> Answer:
        """Return the answer.

        Raises ModelFailed for a reply that is empty or broke off, and ModelMisconfigured where the output cap left no
        room for an answer.
        """
        if self.is_refused or self.finish_reason == "content_filter":
            return Answer("", "content_filter", self.usage)
        if self.finish_reason in BROKEN_OFF:
            raise ModelFailed(advice="The model broke off its answer: its own log says why.")
        if self.finish_reason in CUT_SHORT:
            if not self.text.strip():
                raise ModelMisconfigured(
                    advice="MAX_OUTPUT_TOKENS: the model used them up before it wrote a word: raise it."
                )
            return Answer(self.text, "length", self.usage)
        if not self.text.strip():
            raise ModelFailed(advice="The model sent an answer without text.")
        return Answer(self.text, "stop", self.usage)


def _parse_usage(value: object, parse: ValidatorFunctionWrapHandler) -> Usage | None:
    try:
        usage: Usage | None = parse(value)
    except ValidationError:  # an answer is worth more than its token count
        return None
    return usage


ReportedUsage = Annotated[Usage | None, WrapValidator(_parse_usage)]


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message = Field(default_factory=_Message)  # Azure sends none where its filter declined
    finish_reason: str | None = None


class _Completion(BaseModel):
    """The parts of a chat completion that we use (platform.openai.com/docs/api-reference/chat/object)."""

    choices: list[_Choice] = Field(min_length=1)
    usage: ReportedUsage = None


class _StreamedChoice(BaseModel):
    delta: _Message | None = None
    finish_reason: str | None = None


class Chunk(BaseModel):
    """The parts of a streamed chunk that we use (platform.openai.com/docs/api-reference/chat-streaming).

    Some chunks have no choice: Azure's first, and the last, which has the usage.
    """

    choices: list[_StreamedChoice] | None = None
    error: dict[str, Any] | str | None = None
    usage: ReportedUsage = None


def read_completion(body: bytes) -> RawReply:
    """Parse the JSON of a chat completion; raises ValueError for any other body."""
    completion = _Completion.model_validate_json(body)
    choice = completion.choices[0]
    message = choice.message
    return RawReply(message.content or "", bool(message.refusal), choice.finish_reason, completion.usage)


def read_chunks(pieces: Iterable[bytes]) -> Iterator[Chunk]:
    """Yield the chunks of a stream of server-sent events, each with its data in one line.

    Raises ValueError for data that is no chunk.
    """
    unfinished: list[bytes] = []
    for piece in pieces:
        first, *rest = piece.split(b"\n")
        unfinished.append(first)
        for start in rest:
            give_turn()
            name, _, data = b"".join(unfinished).partition(b":")
            if name == b"data" and data.strip() != b"[DONE]":
                yield Chunk.model_validate_json(data.strip())
            unfinished = [start]


def read_stream(chunks: Iterable[Chunk], deliver: Callable[[str], None]) -> RawReply:
    """Pass each piece of text to `deliver` as it arrives, and return the reply after the last one.

    White space at the beginning is held until other text follows. Raises ModelFailed where the stream ends without a
    finish_reason.
    """
    text: list[str] = []
    held = ""  # white space, which may be all of the reply
    started = refused = False
    for chunk in chunks:
        if chunk.error:
            raise ModelFailed(advice="The model broke off its answer with an error: its own log says why.")
        for choice in (chunk.choices or [])[:1]:
            message = choice.delta or _Message()
            refused |= bool(message.refusal)
            if piece := message.content:
                text.append(piece)
                held += piece
                if started := started or not held.isspace():
                    deliver(held)
                    held = ""
            if choice.finish_reason:
                return RawReply("".join(text), refused, choice.finish_reason, chunk.usage)
    raise ModelFailed(advice="The model broke off its answer: it ended without a finish_reason.")
