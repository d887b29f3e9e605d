"""What comes back from the model: an answer, or the error that a fault means."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import httpx2
import openai
from pydantic import BaseModel, Field

from ..errors import InvalidRequest, ModelBusy, ModelFailed, ModelMisconfigured, TwinError

CONTEXT_EXCEEDED = {"context_length_exceeded", "exceed_context_size_error"}  # OpenAI's code, llama.cpp's type
DECLINED = {"content_filter", "content_policy_violation"}

logger = logging.getLogger(__name__)
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

    Raises ValueError where there is none, and ModelMisconfigured where the output cap left no room for one.
    """
    choice = _Completion.model_validate_json(body).choices[0]
    text = choice.message.content or ""
    if choice.message.refusal or choice.finish_reason == "content_filter":
        return Answer("", "content_filter")
    if choice.finish_reason == "length":
        if not text.strip():
            logger.error("The model used up MAX_OUTPUT_TOKENS before it wrote a word: raise that setting.")
            raise ModelMisconfigured
        return Answer(text, "length")
    if not text.strip():
        raise ValueError("the answer is empty")
    return Answer(text)


def is_refusal(error: openai.APIStatusError) -> bool:
    """Whether the provider's filter declined the question, which some report as a 400."""
    return error.status_code == 400 and bool(_labels(error) & DECLINED)


def fault_of(error: openai.APIStatusError) -> TwinError:
    """Return the error that a status means, and tell the owner in the log; never with the provider's words."""
    status = error.status_code
    if status == 503 or (status == 429 and "insufficient_quota" not in _labels(error)):
        return ModelBusy(retry_after=_retry_after(error))
    if status >= 500 or status in (408, 409, 425):
        logger.warning("The model failed with status %d.", status)
        return ModelFailed()
    if _labels(error) & CONTEXT_EXCEEDED:
        return InvalidRequest(fields=[{"field": "message", "message": "It is too long for this model."}])
    logger.error("The model refused the call with status %d: %s.", status, _advice(status))
    return ModelMisconfigured()


def describe(error: Exception) -> str:
    """Return what broke, for the owner's log: the operating system's words if any, never the provider's."""
    cause = error.__cause__ or error
    if isinstance(cause, httpx2.ConnectError):
        return f"The model could not be reached ({cause}): check OPENAI_BASE_URL."
    return f"The model did not give a whole answer ({type(cause).__name__}): does OPENAI_BASE_URL end in /v1?"


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check OPENAI_API_KEY"
    if 300 <= status < 400:
        return "it redirects; put the address to which it leads into OPENAI_BASE_URL"
    if status == 404:
        return "check OPENAI_MODEL, and whether OPENAI_BASE_URL should end in /v1"
    if status in (402, 429):
        return "the account behind OPENAI_API_KEY has no quota left"
    return "check OPENAI_MODEL, OPENAI_BASE_URL, OPENAI_TEMPERATURE, MAX_OUTPUT_TOKENS and OPENAI_EXTRA"


def _retry_after(error: openai.APIStatusError) -> int | None:
    value = error.response.headers.get("Retry-After", "")
    return int(value) or None if value.isascii() and value.isdigit() and len(value) < 6 else None


def _labels(error: openai.APIStatusError) -> set[str]:
    return {str(error.code), str(error.type)}  # a broken server may send anything there
