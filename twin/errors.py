"""What can go wrong, and the problem (RFC 9457) or the line on stderr that it becomes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

DURATIONS = [("hour", 3_600), ("minute", 60), ("second", 1)]  # in seconds


class StartError(Exception):
    """The service or a command cannot start; each argument is a line: what is wrong, and how to mend it."""

    def __str__(self) -> str:
        return str(self.args[0])


@contextmanager
def stop_in_one_line() -> Iterator[None]:
    """End the process with one line on stderr and status 2 where a start or a command fails."""
    try:
        yield
    except (StartError, TwinError) as error:
        print_line(error)
        raise SystemExit(2) from None


def print_line(error: StartError | TwinError) -> None:
    """Print what is wrong and how to mend it, in one line on stderr."""
    print("twin:", *str(error).split(), file=sys.stderr)


def log_advice(logger: logging.Logger, error: Exception) -> None:
    """Log an error's advice, if it has any: as an error where only the owner can mend the cause, else as a warning."""
    if isinstance(error, TwinError) and error.advice:
        level = logging.ERROR if isinstance(error, ModelMisconfigured) else logging.WARNING
        logger.log(level, "%s", error.advice)


class InvalidField(BaseModel):
    """A field of the request, and what is wrong with it."""

    field: str
    message: str  # a sentence without its full stop

    def __str__(self) -> str:
        return f"{self.field}: {self.message}."


class Problem(BaseModel):
    """An error's body, `application/problem+json` (RFC 9457, section 3)."""

    type: str = Field(description="always about:blank: `code` says which error it is")
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="a sentence for a person")
    code: str = Field(description="a stable word for a program")
    request_id: str = Field(description="the X-Request-ID of this request; the log has it too")
    errors: list[InvalidField] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="each invalid field"
    )


class TwinError(Exception):
    """A request that ends in a problem: `status` and `code` for programs, `detail` for a person."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    detail: str = "Something went wrong on our side."

    @classmethod
    def is_temporary(cls) -> bool:
        """Whether the answer has Retry-After."""
        return cls.status in (409, 429, 503)

    def __init__(
        self,
        detail: str | None = None,
        *,
        retry_after: int | None = None,
        fields: Sequence[InvalidField] = (),
        headers: Mapping[str, str] | None = None,
        advice: str = "",
    ) -> None:
        """`retry_after` is in whole seconds.

        `advice` is a line for the owner, in the log or the terminal: what is wrong, and how to mend it.
        """
        self.detail = detail or " ".join(map(str, fields)) or self.detail
        super().__init__(self.detail)
        self.advice = advice
        self.retry_after = retry_after
        self.fields = list(fields)
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)

    def __str__(self) -> str:
        """Return the owner's line; visitors get `as_problem`."""
        return self.advice or self.detail

    def as_problem(self, request_id: str, contact: str | None = None) -> dict[str, Any]:
        """Return the body of the answer that this error is: a Problem, as JSON's types.

        `contact`, the owner's sentence, is added where it is not the visitor who has to do something else (429, 5xx).
        """
        wait = "" if self.retry_after is None else f"Please try again in {_name_duration(self.retry_after)}."
        is_refusal = self.status == HTTPStatus.TOO_MANY_REQUESTS or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        problem = Problem(
            type="about:blank",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=" ".join(filter(None, [self.detail, wait, contact if is_refusal else None])),
            code=self.code,
            request_id=request_id,
            errors=self.fields or None,
        )
        return problem.model_dump(exclude_none=True)


class BadJson(TwinError):
    """The body is no JSON, or not all of it came."""

    status = 400
    code = "bad_json"
    detail = "The request's body is not complete, valid JSON."


class BadHost(TwinError):
    """The Host header is missing or not a host (RFC 9112, section 3.2)."""

    status = 400
    code = "bad_host"
    detail = "The request's Host header is missing or not allowed."


class BadRequest(TwinError):
    """Any other request that the web framework refuses with 400."""

    status = 400
    code = "bad_request"
    detail = "The request could not be understood."


class UnsupportedMediaType(TwinError):
    """The body is not uncompressed `application/json`."""

    status = 415
    code = "unsupported_media_type"
    detail = "Send the body as uncompressed application/json."


class InvalidRequest(TwinError):
    """The JSON is valid but a field is not; `fields` names each."""

    status = 422
    code = "invalid_request"
    detail = "The request has invalid fields."


class TooLarge(TwinError):
    """The body is over the limit."""

    status = 413
    code = "too_large"
    detail = "The request's body is larger than 256 KiB."


class NotFound(TwinError):
    """No route has this path, or nothing is kept of this session."""

    status = 404
    code = "not_found"
    detail = "There is nothing at this address."


class MethodNotAllowed(TwinError):
    """The path exists, the method does not; `headers` has `Allow`."""

    status = 405
    code = "method_not_allowed"
    detail = "This address does not answer that method."


class SessionBusy(TwinError):
    """Another message of the session is being answered, or took this one's place."""

    status = 409
    code = "session_busy"
    detail = "This conversation is still busy with another message."


class KeyInUse(TwinError):
    """The message with this idempotency key is being answered."""

    status = 409
    code = "key_in_use"
    detail = "This very message is being answered already."


class KeyReused(TwinError):
    """The idempotency key came with another message before."""

    status = 422
    code = "key_reused"
    detail = "The Idempotency-Key was used for another message. Make a new one for each message."


class RateLimited(TwinError):
    """One visitor asks too often; `headers` says how often they may."""

    status = 429
    code = "rate_limited"
    detail = "You are asking faster than this twin may answer."


class BudgetExhausted(TwinError):
    """What is left of the day's budget does not hold the worst case of a call."""

    status = 429
    code = "budget_exhausted"
    detail = "This twin has said all that it can today."


class Overloaded(TwinError):
    """This process answers as many chats at once as it holds, or they hold what is left of the day's budget."""

    status = 503
    code = "overloaded"
    detail = "Too many people are asking at this moment."


class StoreUnavailable(TwinError):
    """The database does not answer."""

    status = 503
    code = "memory_unavailable"
    detail = "This twin cannot reach its records at the moment."


class NotReady(TwinError):
    """A part of the service that every chat needs is not ready yet."""

    status = 503
    code = "not_ready"
    detail = "The service is not ready yet."


class StartFailed(TwinError):
    """A part of the service that every chat needs cannot start; waiting alone mends nothing."""

    status = 503
    code = "start_failed"
    detail = "The embedded model failed to start; the service's log says why."


class ModelBusy(TwinError):
    """The model has no room for this call (429, 503)."""

    status = 503
    code = "model_busy"
    detail = "The model is busy."


class ModelMisconfigured(TwinError):
    """The model refuses our key, name, quota or settings; asking again would not help."""

    status = 502
    code = "model_misconfigured"
    detail = "The model refused the question; the owner of this twin has to check its settings."


class ModelFailed(TwinError):
    """The model broke: connection reset, 5xx, not JSON, no answer in it."""

    status = 502
    code = "model_failed"
    detail = "The model failed to answer. Please try again."


class ModelTimeout(TwinError):
    """The chat's deadline passed."""

    status = 504
    code = "model_timeout"
    detail = "The model took too long to answer. Please try again."


def _name_duration(seconds: int) -> str:
    """Return a time in words, rounded up, in the largest unit of which there are two or more."""
    unit, size = next((each for each in DURATIONS if seconds >= 2 * each[1]), DURATIONS[-1])
    count = -(-seconds // size)
    return f"{count} {unit}{'' if count == 1 else 's'}"
