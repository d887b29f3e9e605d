"""Errors in the form of JSON-RPC."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from ...errors import BadJson, InvalidRequest, TwinError
from ..error_body import ErrorBody, explain

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602  # JSON-RPC 2.0, 5.1
SERVER_ERROR = -32000
HEADER_MISMATCH, UNSUPPORTED_VERSION = -32020, -32022  # MCP 2026-07-28

STATUSES = {METHOD_NOT_FOUND: 404}  # of the newest revision; of all others 400
CODES: dict[type[TwinError], int] = {BadJson: PARSE_ERROR, InvalidRequest: INVALID_REQUEST}


class RpcFault(Exception):
    """A request that is refused: JSON-RPC's code and sentence, and data for a program."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


class RpcErrorDetail(BaseModel):
    """What was wrong."""

    code: int
    message: str
    data: dict[str, Any] | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, exclude_if=lambda value: value is None, description="more for a program"
    )


class RpcFailure(ErrorBody):
    """An error's body: a JSON-RPC response with an error."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: str | int | None = Field(None, description="the request's; null where it is not known")
    error: RpcErrorDetail

    @classmethod
    def of(cls, error: TwinError, request_id: str, contact: str | None = None) -> Self:
        """Return the body of `error`; our word for it is in its data."""
        code = CODES.get(type(error), SERVER_ERROR)
        data = {"code": error.code, "request_id": request_id}
        return cls(error=RpcErrorDetail(code=code, message=explain(error, contact), data=data))

    @classmethod
    def find_status(cls, error: type[TwinError]) -> int:
        """Return the status: a message that is no JSON-RPC is a bad request."""
        return 400 if issubclass(error, InvalidRequest) else error.status
