"""Errors as responses: `application/problem+json` (RFC 9457), or the form that a path's clients know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Self

from flask import Flask, Response, current_app, g, jsonify, request
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from werkzeug.exceptions import BadHost as UnroutableHost
from werkzeug.exceptions import HTTPException

from ..errors import (
    BadHost,
    BadRequest,
    InvalidField,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    TwinError,
)
from .current import current_runtime
from .error_body import ErrorBody, explain, is_wait_useful
from .headers import describe_refusal
from .sse import ServerEvent

PROBLEMS_BY_STATUS: dict[int | None, type[TwinError]] = {
    400: BadRequest,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
}

logger = logging.getLogger(__name__)


class Problem(ErrorBody):
    """An error's body, `application/problem+json` (RFC 9457, section 3)."""

    media_type: ClassVar[str] = "application/problem+json"

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
    def of(cls, error: TwinError, request_id: str, contact: str | None = None) -> Self:
        """Return the problem that `error` is on the wire."""
        return cls(
            type="about:blank",
            title=HTTPStatus(error.status).phrase,
            status=error.status,
            detail=explain(error, contact),
            code=error.code,
            request_id=request_id,
            retry_after=error.retry_after if is_wait_useful(error) else None,
            errors=error.fields or None,
        )

    def write(self) -> dict[str, Any]:
        """Return the body in JSON's types, without fields that say nothing."""
        return self.model_dump(exclude_none=True)

    @classmethod
    def restrict(cls, errors: Sequence[Any]) -> dict[str, Any]:
        """Return a JSON schema that allows the codes of `errors` alone."""
        return {"properties": {"code": {"enum": [error.code for error in errors]}}}


def init_app(app: Flask, forms: Mapping[str, type[ErrorBody]]) -> None:
    """Answer every error of `app` with a problem; below the paths in `forms`, in the form that stands there."""
    app.extensions["error_forms"] = forms
    app.register_error_handler(TwinError, render_problem)
    app.register_error_handler(HTTPException, render_http_exception)
    app.register_error_handler(Exception, render_unexpected)


def render_problem(error: TwinError, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with the body of `error`, in the form that the request's path has."""
    current_runtime().metrics.record_refusal(error)
    form = _find_form(request.path)
    body = form.of(error, g.request_id, current_runtime().settings.contact)
    response = jsonify(body.write())
    response.mimetype = form.media_type
    response.status_code = form.find_status(type(error))
    response.headers.update({**describe_refusal(error), **(headers or {})})
    return response


def prepare_error_event() -> Callable[[TwinError], ServerEvent]:
    """Return what writes an error as the last event of the present request's stream."""
    request_id, contact = g.request_id, current_runtime().settings.contact
    return lambda error: ServerEvent("error", Problem.of(error, request_id, contact).write())


def render_http_exception(error: HTTPException) -> Response:
    """Answer with a problem where Flask itself refuses a request, keeping headers such as Allow."""
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    problem = BadHost if isinstance(error, UnroutableHost) else PROBLEMS_BY_STATUS.get(error.code, TwinError)
    return render_problem(problem(), kept)


def render_unexpected(error: Exception) -> Response:
    """Log an unforeseen exception, and answer 500 without any detail."""
    logger.exception("Request %s failed unexpectedly.", g.request_id, exc_info=error)
    return render_problem(TwinError())


def _find_form(path: str) -> type[ErrorBody]:
    forms: Mapping[str, type[ErrorBody]] = current_app.extensions["error_forms"]
    return next((form for top, form in forms.items() if path == top or path.startswith(f"{top}/")), Problem)
