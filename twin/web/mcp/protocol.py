"""The revisions of the Model Context Protocol: what a message has to say of itself, and what is answered to it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from ..current import current_runtime
from .errors import HEADER_MISMATCH, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, UNSUPPORTED_VERSION, RpcFault
from .schemas import RpcHeaders, RpcMessage
from .tools import TOOLS, call_tool

STATELESS = "2026-07-28"  # each request stands alone, and says its revision
INITIALIZED = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")  # these begin with `initialize`
VERSIONS = [STATELESS, *INITIALIZED]
VERSION_KEY, CAPABILITIES_KEY, SERVER_KEY = (
    f"io.modelcontextprotocol/{name}" for name in ("protocolVersion", "clientCapabilities", "serverInfo")
)
ENCODED = re.compile(r"=\?base64\?(.*)\?=")  # a header's value that is not plain ASCII
LIST_MILLISECONDS = 3_600_000  # for which the list of tools may be kept
CAPABILITIES: dict[str, Any] = {"tools": {}}

Params = dict[str, Any]


def is_stateless(message: RpcMessage, headers: RpcHeaders) -> bool:
    """Return whether a message is of the newest revision, or of one that nobody knows."""
    return VERSION_KEY in message.meta if headers.version is None else headers.version not in INITIALIZED


def check_envelope(message: RpcMessage, headers: RpcHeaders) -> None:
    """Raise RpcFault where a request of the newest revision contradicts its headers, or is of an unknown one."""
    meta, params = message.meta, message.params or {}
    if missing := [key for key in (VERSION_KEY, CAPABILITIES_KEY) if key not in meta]:
        raise RpcFault(INVALID_PARAMS, f"params._meta lacks {' and '.join(missing)}.")
    name = params.get("name") if message.method == "tools/call" else None
    for header, given, meant in (
        ("MCP-Protocol-Version", headers.version, meta[VERSION_KEY]),
        ("Mcp-Method", headers.method, message.method),
        ("Mcp-Name", _decode(headers.name) if name is not None else None, name),
    ):
        if given != meant:
            raise RpcFault(HEADER_MISMATCH, f"The header {header} is not what the message says.")
    require_version(headers.version)


def require_version(version: str | None) -> None:
    """Raise RpcFault where a header names a revision that nobody knows."""
    if version is not None and version not in VERSIONS:
        data = {"supported": VERSIONS, "requested": version}
        raise RpcFault(UNSUPPORTED_VERSION, "Unsupported protocol version", data)


def answer_stateless(method: str, params: Params) -> Params:
    """Return the result of a request of the newest revision; raises RpcFault."""
    cached = {"ttlMs": LIST_MILLISECONDS, "cacheScope": "private"}
    methods: dict[str, Callable[[Params], Params]] = {
        "server/discover": lambda _: {"supportedVersions": VERSIONS, **_introduce()} | cached,
        "tools/list": lambda _: {"tools": TOOLS} | cached,
        "tools/call": call_tool,
    }
    result = _find(methods, method)(params)
    return {"resultType": "complete", **result, "_meta": result.get("_meta", {}) | {SERVER_KEY: _describe_server()}}


def answer_initialized(method: str, params: Params) -> Params:
    """Return the result of a request of an older revision; raises RpcFault."""
    methods: dict[str, Callable[[Params], Params]] = {
        "initialize": _initialize,
        "ping": lambda _: {},
        "tools/list": lambda _: {"tools": TOOLS},
        "tools/call": call_tool,
    }
    return _find(methods, method)(params)


def require_request(message: RpcMessage) -> tuple[str, Params]:
    """Return a request's method and parameters; raises RpcFault for what is none."""
    if message.method is None or message.id is None:
        raise RpcFault(INVALID_REQUEST, "The message is no JSON-RPC request with an id.")
    return message.method, message.params or {}


def _initialize(params: Params) -> Params:
    asked = params.get("protocolVersion")
    version = asked if asked in INITIALIZED else INITIALIZED[0]
    return {"protocolVersion": version, "serverInfo": _describe_server(), **_introduce()}


def _find(methods: dict[str, Callable[[Params], Params]], method: str) -> Callable[[Params], Params]:
    if method not in methods:
        raise RpcFault(METHOD_NOT_FOUND, "Method not found")
    return methods[method]


def _introduce() -> Params:
    owner = current_runtime().settings.owner_name
    whom = f"of {owner}" if owner else "of a person"
    instructions = (
        f"The digital twin {whom}: `ask` it what a visitor of their website would ask, or `search` their documents. "
        "What an answer lists as unsupported stands in none of them."
    )
    return {"capabilities": CAPABILITIES, "instructions": instructions}


def _describe_server() -> Params:
    owner = current_runtime().settings.owner_name
    return {"name": "twin", "version": "1.0.0"} | ({"title": owner} if owner else {})


def _decode(value: str | None) -> str | None:
    """Return a header's value, which may be in base64; None where that is broken."""
    encoded = ENCODED.fullmatch(value or "")
    if encoded is None:
        return value
    try:
        return base64.b64decode(encoded[1], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
