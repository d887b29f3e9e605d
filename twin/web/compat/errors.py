"""Errors in the form of OpenAI's API."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from ...errors import BudgetExhausted, InvalidRequest, RateLimited, TwinError, Unauthorized
from ..error_body import ErrorBody, explain

# OpenAI's own words, which programs know, in place of ours; and the types that are not told by the status alone.
CODES: dict[type[TwinError], str] = {
    Unauthorized: "invalid_api_key",
    RateLimited: "rate_limit_exceeded",
    BudgetExhausted: "insufficient_quota",
}
TYPES: dict[type[TwinError], str] = {RateLimited: "requests", BudgetExhausted: "insufficient_quota"}


class ErrorDetail(BaseModel):
    """What was wrong."""

    message: str = Field(description="sentences for a person")
    type: str = Field(description="the kind of error")
    param: str | None = Field(description="the field at fault, if one is")
    code: str = Field(description="a stable word for a program")
    request_id: str = Field(description="the X-Request-ID of this request; the log has it too")


class OpenAIError(ErrorBody):
    """An error's body, as OpenAI's clients read it."""

    error: ErrorDetail

    @classmethod
    def of(cls, error: TwinError, request_id: str, contact: str | None = None) -> Self:
        """Return the body of `error`."""
        kind = type(error)
        detail = ErrorDetail(
            message=explain(error, contact),
            type=TYPES.get(kind, "invalid_request_error" if error.status < 500 else "server_error"),
            param=error.fields[0].field if error.fields else None,
            code=CODES.get(kind, error.code),
            request_id=request_id,
        )
        return cls(error=detail)

    @classmethod
    def find_status(cls, error: type[TwinError]) -> int:
        """Return the status: OpenAI knows no 422 for a field that is wrong."""
        return 400 if issubclass(error, InvalidRequest) else error.status
