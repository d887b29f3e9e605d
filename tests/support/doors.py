"""The doors of the service: one question through each, and its answer in one form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from twin.keys import Keys
from twin.stores import Databases
from twin.web.compat.errors import CODES

from .service import Service

STATELESS, INITIALIZED = "2026-07-28", "2025-06-18"
OURS = {word: error.code for error, word in CODES.items()}  # of OpenAI's words for errors


@dataclass(frozen=True)
class Said:
    """What came back: the text, and beside it annotations and finish_reason; or an error's code."""

    status: int
    text: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    finish_reason: str = "stop"
    headers: Mapping[str, str] = field(default_factory=dict)


class Door:
    """One way to ask; `is_keyed` ones want a key."""

    path = "/chat"
    is_keyed = False
    has_idempotency = False

    def ask(self, http: httpx2.Client, question: str, key: str | None = None, **headers: str) -> Said:
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | self.headers()
        if key:
            sent["Authorization"] = f"Bearer {key}"
        answer = http.post(self.path, json=self.body(question), headers=sent)
        return self.read(answer)

    def headers(self) -> dict[str, str]:
        return {}

    def body(self, question: str) -> dict[str, Any]:
        raise NotImplementedError

    def read(self, answer: httpx2.Response) -> Said:
        raise NotImplementedError


class Chat(Door):
    has_idempotency = True
    session = "0c9d7d3e-4a41-4f0e-9a35-7a0f5a6f0c1d"

    def body(self, question: str) -> dict[str, Any]:
        return {"message": question, "session_id": self.session}

    def read(self, answer: httpx2.Response) -> Said:
        return self._read(answer, answer.json())

    def _read(self, answer: httpx2.Response, body: dict[str, Any]) -> Said:
        if "code" in body:
            return Said(body["status"], code=body["code"], headers=answer.headers)
        return Said(
            answer.status_code,
            body["response"],
            body,
            finish_reason=body.get("finish_reason", "stop"),
            headers=answer.headers,
        )


class StreamedChat(Chat):
    session = "1c9d7d3e-4a41-4f0e-9a35-7a0f5a6f0c1d"

    def headers(self) -> dict[str, str]:
        return {"Accept": "text/event-stream"}

    def read(self, answer: httpx2.Response) -> Said:
        if not answer.headers["Content-Type"].startswith("text/event-stream"):
            return super().read(answer)
        return self._read(answer, [*read_data(answer.text)][-1])


class Completions(Door):
    path = "/v1/chat/completions"
    is_keyed = True

    def body(self, question: str) -> dict[str, Any]:
        return {"model": "twin", "messages": [{"role": "user", "content": question}]}

    def read(self, answer: httpx2.Response) -> Said:
        body = answer.json()
        if "error" in body:
            return self._fail(answer, body, answer.status_code)
        (choice,) = body["choices"]
        return Said(
            200,
            choice["message"]["content"],
            body["twin"],
            finish_reason=choice["finish_reason"],
            headers=answer.headers,
        )

    def _fail(self, answer: httpx2.Response, body: dict[str, Any], status: int) -> Said:
        code = body["error"]["code"]
        return Said(status, code=OURS.get(code, code), headers=answer.headers)


class StreamedCompletions(Completions):
    def body(self, question: str) -> dict[str, Any]:
        return super().body(question) | {"stream": True, "stream_options": {"include_usage": True}}

    def read(self, answer: httpx2.Response) -> Said:
        if not answer.headers["Content-Type"].startswith("text/event-stream"):
            return super().read(answer)
        chunks = [*read_data(answer.text.replace("data: [DONE]\n\n", ""))]
        if "error" in chunks[-1]:
            return self._fail(answer, chunks[-1], 503)
        choices = [choice for chunk in chunks for choice in chunk["choices"]]
        text = "".join(choice["delta"].get("content", "") for choice in choices)
        (notes,) = (chunk["twin"] for chunk in chunks if "twin" in chunk)
        return Said(200, text, notes, finish_reason=choices[-1]["finish_reason"], headers=answer.headers)


class Mcp(Door):
    """The older revisions, which begin with `initialize` and keep no session."""

    path = "/mcp"
    is_keyed = True

    def headers(self) -> dict[str, str]:
        return {"MCP-Protocol-Version": INITIALIZED}

    def body(self, question: str) -> dict[str, Any]:
        return self.call("tools/call", {"name": "ask", "arguments": {"question": question}})

    def call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}

    def read(self, answer: httpx2.Response) -> Said:
        body = answer.json()
        if "error" in body:
            return Said(answer.status_code, code=body["error"]["data"]["code"], headers=answer.headers)
        result = body["result"]
        if result["isError"]:
            return Said(answer.status_code, code=result["_meta"]["twin/code"], headers=answer.headers)
        notes = result["structuredContent"]
        assert notes["answer"] == result["content"][0]["text"]
        return Said(200, notes["answer"], notes, finish_reason=notes["finish_reason"], headers=answer.headers)


class StatelessMcp(Mcp):
    """The revision 2026-07-28, in which each request says all of itself."""

    def headers(self) -> dict[str, str]:
        return {"MCP-Protocol-Version": STATELESS, "Mcp-Method": "tools/call", "Mcp-Name": "ask"}

    def call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        meta = {"protocolVersion": STATELESS, "clientCapabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        meta = {f"io.modelcontextprotocol/{name}": value for name, value in meta.items()}
        return super().call(method, params | {"_meta": meta})


DOORS: dict[str, Door] = {
    "chat": Chat(),
    "chat streamed": StreamedChat(),
    "v1": Completions(),
    "v1 streamed": StreamedCompletions(),
    "mcp old": Mcp(),
    "mcp new": StatelessMcp(),
}


def read_data(text: str) -> Iterator[Any]:
    """Yield the data of a stream's events."""
    for line in text.split("\n"):
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def make_key(service: Service, name: str, per_minute: int = 10_000, per_day: int = 100_000) -> str:
    """Make a key for a service, as its owner would."""
    databases = Databases(None, service.root / "instance")
    try:
        return Keys(databases).add(name, per_minute, per_day)
    finally:
        databases.open("keys").close()
