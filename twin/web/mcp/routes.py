"""POST /mcp."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify

from ...errors import BadRequest, ForeignOrigin, InvalidRequest
from .. import doors
from ..operation import operation
from .errors import INVALID_REQUEST, STATUSES, RpcErrorDetail, RpcFailure, RpcFault
from .protocol import (
    answer_initialized,
    answer_stateless,
    check_envelope,
    is_stateless,
    require_request,
    require_version,
)
from .schemas import RequestId, RpcHeaders, RpcMessage, RpcResponse

blueprint = Blueprint("mcp", __name__)
blueprint.before_request(doors.require_caller)
blueprint.before_request(doors.require_known_origin)


@blueprint.post("/mcp")
@operation(
    gives={"application/json": RpcResponse},
    fails=[*doors.DOOR_FAULTS, ForeignOrigin, BadRequest, InvalidRequest],
    errors=RpcFailure,
    is_door=True,
    accepts=True,
)
def answer_message(message: RpcMessage, headers: RpcHeaders) -> Response:
    """Answer one message of a Model Context Protocol client."""
    stateless = is_stateless(message, headers)
    try:
        if message.is_notification or (message.is_response and not stateless):
            require_version(headers.version)
            return _accept()
        method, params = require_request(message)
        if stateless:
            check_envelope(message, headers)
        result = (answer_stateless if stateless else answer_initialized)(method, params)
    except RpcFault as fault:
        return _refuse(message.id, fault, stateless=stateless)
    return _send({"id": message.id, "result": result}, HTTPStatus.OK)


def _accept() -> Response:
    response = Response(status=HTTPStatus.ACCEPTED)
    del response.headers["Content-Type"]
    return response


def _refuse(request_id: RequestId | None, fault: RpcFault, *, stateless: bool) -> Response:
    """Answer with a fault; older clients take a status that is none of OK and 400 for the end of their session."""
    status = STATUSES.get(fault.code, 400) if stateless or fault.code == INVALID_REQUEST else HTTPStatus.OK
    error = RpcErrorDetail(code=fault.code, message=fault.message, data=fault.data)
    return _send({"id": request_id, "error": error.model_dump()}, status)


def _send(body: dict[str, Any], status: int) -> Response:
    response = jsonify({"jsonrpc": "2.0", **body})
    response.status_code = status
    return response
