"""What the model said, in the parts of a chat completion that we use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from ..errors import ModelFailed, ModelMisconfigured
from ..system.fairness import give_turn

FinishReason = Literal["stop", "length", "content_filter"]
CUT = {"length", "max_tokens", "model_length"}  # OpenAI's word, some gateways', Mistral's
BROKEN_OFF = {"error", "abort", "insufficient_system_resource"}  # Mistral's and OpenRouter's, vLLM's, DeepSeek's


class Usage(BaseModel):
    """What a call cost, in tokens; a provider that says it read nothing says nothing."""

    prompt_tokens: int = Field(ge=1, le=10**9, strict=True)
    completion_tokens: int = Field(ge=0, le=10**9, strict=True)
    total_tokens: int = Field(0, ge=0, le=10**9, strict=True)

    @property
    def written(self) -> int:
        """The tokens that the model wrote; some providers count its reasoning in the total alone."""
        return max(self.completion_tokens, self.total_tokens - self.prompt_tokens)


@dataclass(frozen=True)
class Answer:
    """What the model said; `text` is empty where it declined (`content_filter`)."""

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
        """Return the answer that this is.

        Raises ModelFailed where it is empty or broke off, and ModelMisconfigured where the output cap left no
        room for one.
        """
        if self.is_refused or self.finish_reason == "content_filter":
            return Answer("", "content_filter", self.usage)
        if self.finish_reason in BROKEN_OFF:
            raise ModelFailed(advice="The model broke off its answer: its own log says why.")
        if self.finish_reason in CUT:
            if not self.text.strip():
                raise ModelMisconfigured(
                    advice="MAX_OUTPUT_TOKENS: the model used them up before it wrote a word: raise it."
                )
            return Answer(self.text, "length", self.usage)
        if not self.text.strip():
            raise ModelFailed(advice="The model sent an answer without text.")
        return Answer(self.text, "stop", self.usage)


def _forgive(value: object, parse: ValidatorFunctionWrapHandler) -> Usage | None:
    try:
        usage: Usage | None = parse(value)
    except ValidationError:  # no reason to lose an answer
        return None
    return usage


ReportedUsage = Annotated[Usage | None, WrapValidator(_forgive)]


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message = Field(default_factory=_Message)  # Azure leaves it out where its filter declined
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

    Some chunks have no choice: Azure's first, and the last with its usage.
    """

    choices: list[_StreamedChoice] | None = None
    error: dict[str, Any] | str | None = None
    usage: ReportedUsage = None


def read_completion(body: bytes) -> RawReply:
    """Return what is said in a chat completion's JSON; raises ValueError where it is none."""
    completion = _Completion.model_validate_json(body)
    choice = completion.choices[0]
    message = choice.message
    return RawReply(message.content or "", bool(message.refusal), choice.finish_reason, completion.usage)


def read_chunks(pieces: Iterable[bytes]) -> Iterator[Chunk]:
    """Yield the chunks in a stream of server-sent events, whose data the model writes in one line each.

    Raises ValueError where one is no chunk.
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
    """Give each piece of text to `deliver` as it comes, and return what is said when its last has come.

    Nothing is delivered before there is more than white space. Raises ModelFailed where the stream ends
    before the model says why it finished.
    """
    text: list[str] = []
    held = ""  # white space, which may turn out to be all that there is
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
