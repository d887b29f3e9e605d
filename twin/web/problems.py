"""Errors as responses: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, g, jsonify
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from werkzeug.exceptions import BadHost as UnroutableHost
from werkzeug.exceptions import HTTPException

from ..errors import (
    BadHost,
    BadRequest,
    InvalidField,
    MethodNotAllowed,
    NotFound,
    StartFailed,
    TooLarge,
    TwinError,
)
from .current import current_runtime
from .headers import describe_refusal

DURATIONS = [("hour", 3_600), ("minute", 60), ("second", 1)]  # in seconds
PROBLEMS_BY_STATUS: dict[int | None, type[TwinError]] = {
    400: BadRequest,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
}

logger = logging.getLogger(__name__)


class Problem(BaseModel):
    """An error's body, `application/problem+json` (RFC 9457, section 3)."""

    type: str = Field(description="always about:blank: `code` says which error it is")
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="a sentence for a person")
    code: str = Field(description="a stable word for a program")
    request_id: str = Field(description="the X-Request-ID of this request; the log has it too")
    retry_after: int | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="seconds after which another try makes sense, as in Retry-After"
    )
    errors: list[InvalidField] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="each invalid field"
    )

    @classmethod
    def of(cls, error: TwinError, request_id: str, contact: str | None = None) -> Problem:
        """Return the problem that `error` is on the wire.

        `contact`, the owner's sentence, is added where the visitor cannot mend the request (429, 5xx).
        """
        # StartFailed has its Retry-After for load balancers: waiting alone mends nothing.
        is_wait_useful = error.retry_after is not None and not isinstance(error, StartFailed)
        wait = f"Please try again in {_name_duration(error.retry_after or 0)}." if is_wait_useful else ""
        is_refusal = error.status == HTTPStatus.TOO_MANY_REQUESTS or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return cls(
            type="about:blank",
            title=HTTPStatus(error.status).phrase,
            status=error.status,
            detail=" ".join(filter(None, [error.detail, wait, contact if is_refusal else None])),
            code=error.code,
            request_id=request_id,
            retry_after=error.retry_after if is_wait_useful else None,
            errors=error.fields or None,
        )


def init_app(app: Flask) -> None:
    """Answer every error of `app` with a problem."""
    app.register_error_handler(TwinError, render_problem)
    app.register_error_handler(HTTPException, render_http_exception)
    app.register_error_handler(Exception, render_unexpected)


def render_problem(error: TwinError, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with the problem of `error`."""
    problem = Problem.of(error, g.request_id, current_runtime().settings.contact)
    response = jsonify(problem.model_dump(exclude_none=True))
    response.status_code = error.status
    response.mimetype = "application/problem+json"
    response.headers.update({**describe_refusal(error), **(headers or {})})
    return response


def render_http_exception(error: HTTPException) -> Response:
    """Answer with a problem where Flask itself refuses a request, keeping headers such as Allow."""
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    problem = BadHost if isinstance(error, UnroutableHost) else PROBLEMS_BY_STATUS.get(error.code, TwinError)
    return render_problem(problem(), kept)


def render_unexpected(error: Exception) -> Response:
    """Log an unforeseen exception, and answer 500 without any detail."""
    logger.exception("Request %s failed unexpectedly.", g.request_id, exc_info=error)
    return render_problem(TwinError())


def _name_duration(seconds: int) -> str:
    """Return a time in words, rounded up, in the largest unit that gives two or more."""
    unit, size = next((each for each in DURATIONS if seconds >= 2 * each[1]), DURATIONS[-1])
    count = -(-seconds // size)
    return f"{count} {unit}{'' if count == 1 else 's'}"
