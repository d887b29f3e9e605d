"""Faults of a provider, explained: the error for the visitor, with advice for the owner."""

from __future__ import annotations

import re

import httpcore2
import openai

from ..errors import InvalidField, InvalidRequest, ModelBusy, ModelFailed, ModelMisconfigured, ModelTimeout, TwinError
from .connections import CONNECTION_FAULTS
from .providers import Provider

CONTEXT_EXCEEDED = {"context_length_exceeded", "exceed_context_size_error"}  # OpenAI's code, llama.cpp's type
DECLINED = {"content_filter", "content_policy_violation"}
MAY_HAVE_COST = {408, 409, 425, 499}  # although the status blames the caller
SETTING_OF_PARAMETER = {
    "temperature": "OPENAI_TEMPERATURE",
    "max_tokens": "MAX_OUTPUT_TOKENS",
    "max_completion_tokens": "MAX_OUTPUT_TOKENS",
}


def is_refusal(error: Exception) -> bool:
    """Whether the provider's filter declined the question, which some providers report as a 400."""
    return isinstance(error, openai.APIStatusError) and error.status_code == 400 and bool(_labels(error) & DECLINED)


def costs_nothing(error: Exception) -> bool:
    """Whether the provider certainly did no work for a request that arrived: for lack of room, or as a refusal."""
    if not isinstance(error, openai.APIStatusError):
        return False
    status = error.status_code
    is_refused = status == 503 or (300 <= status < 500 and status not in MAY_HAVE_COST)
    return is_refused and not is_refusal(error)


def explain(error: Exception, provider: Provider, seconds: float, *, is_late: bool) -> TwinError:
    """Return the error for a fault of a request.

    `is_late` says that the chat's deadline, `seconds` from its start, has passed.
    """
    if isinstance(error, openai.APIStatusError):
        return _explain_status(error, provider)
    if is_late or isinstance(error, httpcore2.TimeoutException):
        return explain_lateness(provider, seconds)
    return _explain_break(error, provider)


def explain_lateness(provider: Provider, seconds: float) -> ModelTimeout:
    """Return the error of a chat that ended with its deadline, `seconds` from its start."""
    late = f"{provider.url} gave no whole answer in {seconds:g} seconds"
    return ModelTimeout(advice=f"CHAT_DEADLINE: {late}: raise it, or use a faster model.")


def _explain_status(error: openai.APIStatusError, provider: Provider) -> TwinError:
    """Return the error for a status; its advice never has the provider's words."""
    status = error.status_code
    if status == 503 or (status == 429 and "insufficient_quota" not in _labels(error)):
        return ModelBusy(
            retry_after=_parse_retry_after(error),
            advice=f"{provider.label} is busy ({status}): if often, it needs more room.",
        )
    if status >= 500 or status in (408, 409, 425):
        return ModelFailed(advice=f"{provider.label} failed with status {status}: its own log says why.")
    if _labels(error) & CONTEXT_EXCEEDED:
        return InvalidRequest(
            fields=[InvalidField(field="message", message="It is too long for this model")],
            advice="MODEL_CONTEXT: the model holds less than persona, documents and the message take: "
            "lower KNOWLEDGE_TOKENS, or shorten the persona.",
        )
    return ModelMisconfigured(advice=_explain_refusal(error, provider))


def _explain_break(error: Exception, provider: Provider) -> ModelFailed:
    """Return the error for a request without a chat completion; its advice keeps the operating system's words."""
    server = provider.label
    if isinstance(error, httpcore2.ConnectError):
        mend = "start that server, or correct the address" if provider.base_url else "check the network"
        return ModelFailed(advice=f"{server} cannot be reached ({error}): {mend}.")
    if isinstance(error, httpcore2.ProxyError):
        return ModelFailed(
            advice=f"{server} is not let through by the environment's proxy ({error}): mend HTTPS_PROXY."
        )
    if isinstance(error, CONNECTION_FAULTS):
        return ModelFailed(advice=f"{server} broke off its answer ({type(error).__name__}): its own log says why.")
    return ModelFailed(advice=f"{server} sends what is no chat completion: {_advise_on_path(provider)}.")


def _explain_refusal(error: openai.APIStatusError, provider: Provider) -> str:
    status = error.status_code
    if status in (401, 403):
        if provider.api_key is None:
            return f"{provider.prefix}_API_KEY: {provider.url} wants a key ({status}): set it."
        return f"{provider.prefix}_API_KEY: {provider.url} refuses it ({status}): copy it again from where it was made."
    if 300 <= status < 400:
        return f"{provider.label} redirects ({status}): put the address to which it leads there."
    if status in (402, 429):
        key = f"{provider.prefix}_API_KEY"
        return f"{key}: the account behind it has no quota left ({status}): add credit, or raise its limit."
    if _is_about_model(error):
        return (
            f"{provider.prefix}_MODEL: {provider.url} has no model {provider.model!r} ({status}): name one that it has."
        )
    if status in (404, 405):
        return f"{provider.label} takes no chats ({status}): {_advise_on_path(provider)}."
    setting = SETTING_OF_PARAMETER.get(str(error.param))
    if setting is None:
        settings = f"OPENAI_EXTRA, OPENAI_TEMPERATURE or {provider.prefix}_MODEL"
        return f"{settings}: the model refuses the request ({status}): check them."
    return f"{setting}: the model refuses its value ({status}): change it, or unset it."


def _is_about_model(error: openai.APIStatusError) -> bool:
    """Whether the error is about the model's name; OpenAI, Mistral, Ollama and vLLM each say so in another way."""
    if _labels(error) & {"model_not_found", "invalid_model"} or error.param == "model":
        return True
    is_json = "json" in error.response.headers.get("Content-Type", "")
    return error.status_code == 404 and is_json and "model" in str(error.body).lower()


def _advise_on_path(provider: Provider) -> str:
    url = provider.url.rstrip("/")
    if re.search(r"/v\d+$", url):
        return f"give the address of an OpenAI-compatible server, and a model that it has in {provider.prefix}_MODEL"
    return f"it usually ends in /v1, so try {url}/v1"


def _parse_retry_after(error: openai.APIStatusError) -> int | None:
    value = error.response.headers.get("Retry-After", "")
    return int(value) or None if value.isascii() and value.isdigit() and len(value) < 6 else None


def _labels(error: openai.APIStatusError) -> set[str]:
    return {str(error.code), str(error.type)}  # as text, since a broken server may send any type
