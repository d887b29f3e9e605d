"""Faults of a provider, explained: the error for the visitor, with advice for the owner."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator

import httpx2
import openai

from ..errors import InvalidField, InvalidRequest, ModelBusy, ModelFailed, ModelMisconfigured, ModelTimeout, TwinError
from .completions import BrokenOff, ErrorInBody
from .connections import FAULTS
from .meanings import FAILED_STATUSES, Meaning
from .providers import Provider
from .reports import Report
from .waits import read_wait

SETTING_OF_PARAMETER = {
    "temperature": "OPENAI_TEMPERATURE",
    "max_tokens": "MAX_OUTPUT_TOKENS",
    "max_completion_tokens": "MAX_OUTPUT_TOKENS",
}


def read_report(error: Exception) -> Report | None:
    """Return what the provider reports; None for a fault of another kind."""
    if isinstance(error, openai.APIStatusError):
        return Report.of(error)
    return Report.in_body(error.body) if isinstance(error, ErrorInBody) else None


def costs_nothing(report: Report) -> bool:
    """Whether the provider certainly did no work for a request that arrived: for lack of room, or as a refusal."""
    status = report.status
    is_refused = status in (503, 529) or (300 <= status < 500 and status not in FAILED_STATUSES)
    return is_refused and report.meaning is not Meaning.DECLINED


def explain(error: Exception, report: Report | None, provider: Provider, seconds: float, *, is_late: bool) -> TwinError:
    """Return the error for a fault of a request, and what the provider reports of it.

    `is_late` says that the chat's deadline, `seconds` from its start, has passed.
    """
    if report:
        return _explain_report(report, provider)
    if is_late or isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
        return explain_lateness(provider, seconds)
    return _explain_break(error.__cause__ if isinstance(error, openai.APIConnectionError) else error, provider)


def explain_lateness(provider: Provider, seconds: float) -> ModelTimeout:
    """Return the error of a chat that ended with its deadline, `seconds` from its start."""
    late = f"{provider.url} gave no whole answer in {seconds:g} seconds"
    return ModelTimeout(advice=f"CHAT_DEADLINE: {late}: raise it, or use a faster model.")


def _explain_report(report: Report, provider: Provider) -> TwinError:
    """Return the error for what the provider reports; its advice never has the provider's words."""
    status, server = report.status, provider.label
    match report.meaning:
        case Meaning.BUSY:
            return ModelBusy(
                retry_after=read_wait(report),
                advice=f"{server} is busy ({status}): if often, it needs more room.",
            )
        case Meaning.FAILED:
            return ModelFailed(advice=f"{server} failed with status {status}: its own log says why.")
        case Meaning.NO_COMPLETION:
            return ModelFailed(advice=_explain_nonsense(provider))
        case Meaning.TOO_LONG:
            return InvalidRequest(
                fields=[InvalidField(field="message", message="It is too long for this model")],
                advice="MODEL_CONTEXT: the model holds less than persona, documents, the message and an answer of "
                "MAX_OUTPUT_TOKENS take: set it to what the model holds, and lower KNOWLEDGE_TOKENS or "
                "MAX_OUTPUT_TOKENS, or shorten the persona.",
            )
        case meaning:
            return ModelMisconfigured(advice=_advise(meaning, report, provider))


def _advise(meaning: Meaning, report: Report, provider: Provider) -> str:
    """Return the line for an owner who has to mend a setting."""
    status, prefix, key = report.status, provider.prefix, f"{provider.prefix}_API_KEY"
    server, account = provider.url, f"{key}: the account behind it has no quota left"
    lines = {
        Meaning.BAD_CAP: f"MAX_OUTPUT_TOKENS: the model takes another value ({status}): lower it, or raise it for one "
        "that reasons.",
        Meaning.BAD_KEY: f"{key}: {server} refuses it ({status}): copy it again from where it was made."
        if provider.server.api_key
        else f"{key}: {server} wants a key ({status}): set it.",
        Meaning.NO_CREDIT: f"{account} ({status}): add credit, or raise its limit.",
        Meaning.REDIRECT: f"{provider.label} redirects ({status}): put the address to which it leads there.",
        Meaning.NO_MODEL: f"{prefix}_MODEL: {server} has no model {provider.model!r} ({status}): name one that it has.",
        Meaning.BAD_PATH: f"{provider.label} takes no chats ({status}): {_advise_on_path(provider)}.",
    }
    return lines.get(meaning) or _explain_refusal(report, provider)


def _explain_refusal(report: Report, provider: Provider) -> str:
    setting = SETTING_OF_PARAMETER.get(report.parameter)
    if setting is None:
        settings = f"OPENAI_EXTRA, OPENAI_TEMPERATURE or {provider.prefix}_MODEL"
        return f"{settings}: the model refuses the request ({report.status}): check them."
    return f"{setting}: the model refuses its value ({report.status}): change it, or unset it."


def _explain_break(error: BaseException | None, provider: Provider) -> ModelFailed:
    """Return the error for a request without a chat completion; its advice keeps the operating system's words."""
    server = provider.label
    if isinstance(error, httpx2.ConnectError):
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            return ModelFailed(
                advice=f"SSL_CERT_FILE: nobody known vouches for the certificate of {provider.url} ({error}): name the "
                "file of the authority that signed it, or of the certificate itself."
            )
        mend = "start that server, or correct the address" if provider.server.base_url else "check the network"
        return ModelFailed(advice=f"{server} cannot be reached ({error}): {mend}.")
    if isinstance(error, httpx2.ProxyError):
        return ModelFailed(
            advice=f"{server} is not let through by the environment's proxy ({error}): mend HTTPS_PROXY."
        )
    if isinstance(error, FAULTS):
        return ModelFailed(advice=f"{server} broke off its answer ({type(error).__name__}): its own log says why.")
    if isinstance(error, BrokenOff):
        return ModelFailed(advice=f"{server} broke off its answer, before its end: its own log says why.")
    return ModelFailed(advice=_explain_nonsense(provider))


def _explain_nonsense(provider: Provider) -> str:
    return f"{provider.label} sends what is no chat completion: {_advise_on_path(provider)}."


def _advise_on_path(provider: Provider) -> str:
    url = provider.url.rstrip("/")
    if re.search(r"/v\d+$", url) or provider.server.base_url is None:
        return f"give the address of an OpenAI-compatible server, and a model that it has in {provider.prefix}_MODEL"
    return f"it usually ends in /v1, so try {url}/v1"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
