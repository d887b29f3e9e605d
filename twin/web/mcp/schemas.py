"""The messages and headers of /mcp (JSON-RPC 2.0; modelcontextprotocol.io, Streamable HTTP)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, StrictInt, StrictStr
from pydantic.json_schema import SkipJsonSchema

from ..payload import Headers
from .errors import RpcErrorDetail

RequestId = StrictStr | StrictInt


class RpcMessage(BaseModel):
    """One JSON-RPC message: a request, a notification (without `id`), or a response."""

    jsonrpc: Literal["2.0"]
    id: RequestId | None = Field(None, examples=[1])
    method: str | None = Field(None, examples=["tools/list"])
    params: dict[str, Any] | None = Field(None, examples=[{}])
    result: Any = None
    error: Any = None

    @property
    def is_notification(self) -> bool:
        """Whether it is a request that wants no answer."""
        return self.method is not None and "id" not in self.model_fields_set

    @property
    def is_response(self) -> bool:
        """Whether it answers a request, of which a twin sends none."""
        return self.method is None and bool({"result", "error"} & self.model_fields_set)

    @property
    def meta(self) -> dict[str, Any]:
        """What the newest revision says with each request about itself."""
        meta = (self.params or {}).get("_meta")
        return meta if isinstance(meta, dict) else {}


class RpcResponse(BaseModel):
    """The answer to one request: its result, or an error."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: RequestId | None
    result: dict[str, Any] | SkipJsonSchema[None] = Field(default_factory=lambda: None)
    error: RpcErrorDetail | SkipJsonSchema[None] = Field(default_factory=lambda: None)


class RpcHeaders(Headers):
    """The headers that repeat a part of the message, so that a proxy need not read it."""

    version: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, alias="MCP-Protocol-Version", description="the protocol's revision"
    )
    method: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, alias="Mcp-Method", description="the message's method"
    )
    name: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, alias="Mcp-Name", description="the tool's name"
    )
