"""The errors of Twin; libraries' exceptions are re-raised as one of these at their source.

StartError
TwinError               500  internal_error
├── BadJson              400  bad_json
├── BadHost              400  bad_host
├── BadRequest           400  bad_request
├── Unauthorized         401  unauthorized
├── ForeignOrigin        403  foreign_origin
├── UnsupportedMediaType 415  unsupported_media_type
├── InvalidRequest       422  invalid_request
├── TooLarge             413  too_large
├── NotFound             404  not_found
├── MethodNotAllowed     405  method_not_allowed
├── SessionBusy          409  session_busy
├── KeyInUse             409  key_in_use
├── KeyReused            422  key_reused
├── RateLimited          429  rate_limited
├── BudgetExhausted      429  budget_exhausted
├── Overloaded           503  overloaded
├── StoreUnavailable     503  memory_unavailable
├── NotReady             503  not_ready
├── StartFailed          503  start_failed
├── ModelBusy            503  model_busy
├── ModelMisconfigured   502  model_misconfigured
├── ModelFailed          502  model_failed
└── ModelTimeout         504  model_timeout
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class InvalidField:
    """A field of the request and its fault, a sentence without the full stop."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}."


@dataclass(frozen=True)
class Quota:
    """The state of one of a visitor's rate limits."""

    name: str
    limit: int  # chats in a window
    window: int  # seconds
    remaining: int  # chats
    reset: int  # seconds until the oldest counted chat leaves the window, from 1
    is_exceeded: bool


class StartError(Exception):
    """The service or a command cannot start; each argument is one line: the fault and its remedy."""

    def __str__(self) -> str:
        return str(self.args[0])


class TwinError(Exception):
    """A request that fails: `status` and `code` for programs, `detail` for a person."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    detail: str = "Something went wrong on our side."

    def __init_subclass__(cls, *, status: int, code: str) -> None:
        super().__init_subclass__()
        cls.status, cls.code = status, code

    @classmethod
    def is_temporary(cls) -> bool:
        """Return whether a later attempt may succeed, so that the response has Retry-After."""
        return cls.status in (409, 429, 503)

    def __init__(
        self,
        detail: str | None = None,
        *,
        retry_after: int | None = None,
        fields: Sequence[InvalidField] = (),
        quotas: Sequence[Quota] = (),
        advice: str = "",
    ) -> None:
        """`retry_after` is in whole seconds; `quotas` are the visitor's rate limits, where the chat was counted.

        `advice` is a line for the owner, in the log or the terminal: the fault and its remedy.
        """
        self.detail = detail or " ".join(map(str, fields)) or self.detail
        super().__init__(self.detail)
        self.advice = advice
        self.retry_after = retry_after
        self.fields = list(fields)
        self.quotas = list(quotas)

    def __str__(self) -> str:
        """Return the owner's line; visitors get `detail`."""
        return self.advice or self.detail


class BadJson(TwinError, status=400, code="bad_json"):
    """The body is no JSON, or incomplete."""

    detail = "The request's body is not complete, valid JSON."


class BadHost(TwinError, status=400, code="bad_host"):
    """The Host header is missing or not a host (RFC 9112, section 3.2)."""

    detail = "The request's Host header is missing or not allowed."


class BadRequest(TwinError, status=400, code="bad_request"):
    """Any other request that the web framework refuses with 400."""

    detail = "The request could not be understood."


class Unauthorized(TwinError, status=401, code="unauthorized"):
    """The request has no token, or a wrong one, for an address that needs one."""

    detail = "This address needs a valid token, sent as `Authorization: Bearer …`."


class ForeignOrigin(TwinError, status=403, code="foreign_origin"):
    """A web page calls that may not."""

    detail = "Pages of this origin may not call here."


class UnsupportedMediaType(TwinError, status=415, code="unsupported_media_type"):
    """The body is not uncompressed `application/json`."""

    detail = "Send the body as uncompressed application/json."


class InvalidRequest(TwinError, status=422, code="invalid_request"):
    """The JSON is valid but a field is not; `fields` names each."""

    detail = "The request has invalid fields."


class TooLarge(TwinError, status=413, code="too_large"):
    """The body is over the limit."""

    detail = "The request's body is larger than 256 KiB."


class NotFound(TwinError, status=404, code="not_found"):
    """No route has this path, or nothing is kept of this session."""

    detail = "There is nothing at this address."


class MethodNotAllowed(TwinError, status=405, code="method_not_allowed"):
    """The path exists, the method does not."""

    detail = "This address does not answer that method."


class SessionBusy(TwinError, status=409, code="session_busy"):
    """Another message of the session is being answered, or took this one's place."""

    detail = "This conversation is still busy with another message."


class KeyInUse(TwinError, status=409, code="key_in_use"):
    """The message with this idempotency key is being answered."""

    detail = "This very message is being answered already."


class KeyReused(TwinError, status=422, code="key_reused"):
    """The idempotency key came with another message before."""

    detail = "The Idempotency-Key was used for another message. Make a new one for each message."


class RateLimited(TwinError, status=429, code="rate_limited"):
    """One visitor asks too often; `quotas` ends with the exceeded limit."""

    detail = "You are asking faster than this twin may answer."


class BudgetExhausted(TwinError, status=429, code="budget_exhausted"):
    """The rest of the day's budget is smaller than a call's worst case."""

    detail = "This twin has said all that it can today."


class Overloaded(TwinError, status=503, code="overloaded"):
    """All places for chats in flight are taken, or calls in flight hold the rest of the day's budget."""

    detail = "Too many people are asking at this moment."


class StoreUnavailable(TwinError, status=503, code="memory_unavailable"):
    """The database does not answer."""

    detail = "This twin cannot reach its records at the moment."


class NotReady(TwinError, status=503, code="not_ready"):
    """A part of the service that every chat needs is not ready yet."""

    detail = "The service is not ready yet."


class StartFailed(TwinError, status=503, code="start_failed"):
    """A part of the service that every chat needs cannot start; `retry_after` is for load balancers alone."""

    detail = "The embedded model failed to start; the service's log says why."


class ModelBusy(TwinError, status=503, code="model_busy"):
    """The model has no room for this call (429, 503)."""

    detail = "The model is busy."


class ModelMisconfigured(TwinError, status=502, code="model_misconfigured"):
    """The model refuses our key, name, quota or settings; asking again would not help."""

    detail = "The model refused the question; the owner of this twin has to check its settings."


class ModelFailed(TwinError, status=502, code="model_failed"):
    """The model broke: connection reset, 5xx, not JSON, no answer inside."""

    detail = "The model failed to answer. Please try again."


class ModelTimeout(TwinError, status=504, code="model_timeout"):
    """The chat's deadline passed."""

    detail = "The model took too long to answer. Please try again."


def log_advice(logger: logging.Logger, error: Exception) -> None:
    """Log an error's advice, if any: as an error where only the owner can mend the cause, else as a warning."""
    if isinstance(error, TwinError) and error.advice:
        level = logging.ERROR if isinstance(error, ModelMisconfigured) else logging.WARNING
        logger.log(level, "%s", error.advice)
