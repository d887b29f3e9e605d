"""POST /mcp: the Model Context Protocol in both kinds of revision."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from twin import create_app

from ...support.calls import heal
from ...support.doors import INITIALIZED, STATELESS, Mcp, StatelessMcp
from ...support.metrics import read, used
from ...support.scripted_model import ScriptedModel, answers
from ...support.service import Service, wait_until
from ...support.settings import KEY, METRICS_TOKEN

OLD, NEW = Mcp(), StatelessMcp()
DOCUMENTS = {
    "boats.md": "# Boats\n\nI build boats of larch in Porthleven.\n\n[private]Boats of Zelda Quist sank.[/private]\n",
    "hidden.md": "---\nprivate: true\n---\n# Boats\n\nBoats that I sold to Zelda Quist leaked.\n",
    "uncited.md": "---\ncite: never\n---\n# Boats\n\nBoats need oakum, says my notebook.\n",
    "draft.md": "---\ndraft: true\n---\n# Boats\n\nBoats of the future have no keel.\n",
}


@pytest.fixture
def service(under: Callable[..., Service], model: ScriptedModel) -> Service:
    return heal(under("gunicorn", DOORS="open", ALLOWED_HOSTS="127.0.0.1,.boats.example", OWNER_NAME="Ada"), model)


def post(service: Service, body: Any, **headers: str) -> httpx2.Response:
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return service.http.post("/mcp", content=content, headers=sent)


def call(service: Service, method: str, **params: Any) -> Any:
    answer = post(service, OLD.call(method, params), MCP_Protocol_Version=INITIALIZED)
    assert answer.status_code == 200
    return answer.json()


def call_new(service: Service, method: str, name: str | None = None, **params: Any) -> httpx2.Response:
    headers = {"MCP_Protocol_Version": STATELESS, "Mcp_Method": method} | ({"Mcp_Name": name} if name else {})
    return post(service, NEW.call(method, params | ({"name": name} if name else {})), **headers)


@pytest.mark.parametrize(
    ("asked", "given"), [("2025-06-18", "2025-06-18"), ("2024-11-05", "2024-11-05"), ("1999-01-01", "2025-11-25")]
)
def test_older_clients_begin_with_initialize(service: Service, asked: str, given: str) -> None:
    params = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    answer = post(service, OLD.call("initialize", params))
    result = answer.json()["result"]
    assert (result["protocolVersion"], result["capabilities"]) == (given, {"tools": {}})
    assert result["serverInfo"] == {"name": "twin", "version": "1.0.0", "title": "Ada"}
    assert "Mcp-Session-Id" not in answer.headers
    note = post(service, {"jsonrpc": "2.0", "method": "notifications/initialized"}, MCP_Protocol_Version=given)
    assert (note.status_code, note.content) == (202, b"")
    assert call(service, "ping")["result"] == {}


def test_newer_clients_discover(service: Service) -> None:
    result = call_new(service, "server/discover").json()["result"]
    assert result["supportedVersions"][0] == STATELESS
    assert (result["resultType"], result["cacheScope"]) == ("complete", "private")
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["title"] == "Ada"
    assert [tool["name"] for tool in call_new(service, "tools/list").json()["result"]["tools"]] == ["ask", "search"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"MCP_Protocol_Version": STATELESS}, 400, -32020),
        ({"Mcp_Method": "tools/call", "Mcp_Name": "ask"}, 400, -32020),
        ({"MCP_Protocol_Version": STATELESS, "Mcp_Method": "tools/list", "Mcp_Name": "ask"}, 400, -32020),
        ({"MCP_Protocol_Version": STATELESS, "Mcp_Method": "tools/call", "Mcp_Name": "search"}, 400, -32020),
        ({"MCP_Protocol_Version": STATELESS, "Mcp_Method": "tools/call", "Mcp_Name": "=?base64?!?="}, 400, -32020),
        ({"MCP_Protocol_Version": "2027-01-01", "Mcp_Method": "tools/call", "Mcp_Name": "ask"}, 400, -32020),
        ({"MCP_Protocol_Version": STATELESS, "Mcp_Method": "tools/call", "Mcp_Name": "ask"}, 200, 0),
    ],
)
def test_headers_have_to_say_what_the_message_says(
    service: Service, headers: dict[str, str], status: int, code: int
) -> None:
    answer = post(service, NEW.body("Hi"), **headers)
    assert (answer.status_code, answer.json().get("error", {"code": 0})["code"]) == (status, code)


def test_a_name_in_base64_is_read(service: Service) -> None:
    name = f"=?base64?{b64encode(b'ask').decode()}?="
    headers = {"MCP_Protocol_Version": STATELESS, "Mcp_Method": "tools/call", "Mcp_Name": name}
    assert "result" in post(service, NEW.body("Hi"), **headers).json()


def test_an_unknown_revision_is_told_the_known_ones(service: Service) -> None:
    body = NEW.call("server/discover", {})
    body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2027-01-01"
    answer = post(service, body, MCP_Protocol_Version="2027-01-01", Mcp_Method="server/discover")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["data"]["requested"]) == (400, -32022, "2027-01-01")
    assert {STATELESS, INITIALIZED} <= set(error["data"]["supported"])
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled"}
    assert post(service, note, MCP_Protocol_Version="2027-01-01").status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, -32700),
        ([OLD.call("ping", {})], 400, -32600),
        ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": None, "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1.5, "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}, 400, -32600),
        (OLD.call("resources/list", {}), 200, -32601),
        (OLD.call("tools/call", {"name": "delete"}), 200, -32602),
        (OLD.call("tools/call", {"name": ["ask"]}), 200, -32602),
    ],
)
def test_what_is_no_request_is_an_error_of_json_rpc(service: Service, body: Any, status: int, code: int) -> None:
    answer = post(service, body, MCP_Protocol_Version=INITIALIZED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["jsonrpc"] == "2.0"
    assert "id" in answer.json()


def test_an_unknown_method_of_the_newest_revision_is_not_found(service: Service) -> None:
    assert call_new(service, "ping").status_code == 404
    assert call_new(service, "tools/call", "delete").status_code == 400


def test_what_a_client_answers_is_taken(service: Service) -> None:
    assert post(service, {"jsonrpc": "2.0", "id": 1, "result": {}}).status_code == 202


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_are_no_sessions(service: Service, method: str) -> None:
    answer = service.http.request(method, "/mcp")
    assert answer.status_code == 405
    assert {*answer.headers["Allow"].split(", ")} == {"OPTIONS", "POST"}
    assert answer.json()["error"]["data"]["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:3000", 200),
        ("https://www.boats.example", 200),
        ("https://evil.example", 403),
        ("http://127.0.0.1.evil.example", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_pages_of_other_origins_may_not_call(service: Service, origin: str, status: int) -> None:
    assert post(service, OLD.call("ping", {}), Origin=origin).status_code == status


@pytest.mark.parametrize(
    "arguments", [{}, {"question": ""}, {"question": 5}, {"question": "x" * 20_001}, [], "Hi", None]
)
def test_a_question_that_is_none_is_told_in_the_result(service: Service, model: ScriptedModel, arguments: Any) -> None:
    result = call(service, "tools/call", name="ask", arguments=arguments)["result"]
    assert (result["isError"], result["_meta"]["twin/code"]) == (True, "invalid_request")
    assert not model.requests


def test_a_search_finds_what_may_be_cited_and_nothing_else(service: Service, model: ScriptedModel) -> None:
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(exist_ok=True)
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text)

    def search(query: str, **more: Any) -> Any:
        return call(service, "tools/call", name="search", arguments={"query": query, **more})["result"]

    def find(query: str) -> list[tuple[str, str]]:
        passages = search(query)["structuredContent"]["passages"]
        return [(passage["file"], passage["text"]) for passage in passages]

    found: list[tuple[str, str]] = []
    wait_until(lambda: bool(found.extend(find("boats")) or found))
    wait_until(lambda: ("boats.md", "I build boats of larch in Porthleven.") in find("boats of larch"))
    texts = str([search(query, count=10) for query in ("boats", "Zelda Quist", "oakum notebook", "keel of the future")])
    assert not [word for word in ("Quist", "oakum", "keel", "sank", "leaked") if word in texts]
    assert search("boats", count=11)["isError"]
    assert not model.requests


def test_what_a_tool_refuses_is_counted() -> None:
    app = create_app({"OPENAI_API_KEY": KEY, "DOORS": "open", "RATE_PER_MINUTE": "1", "METRICS_TOKEN": METRICS_TOKEN})
    http = httpx2.Client(transport=httpx2.WSGITransport(app), base_url="http://localhost")
    for arguments in ({"query": 5}, {"query": "boats"}, {"query": "boats"}, {"query": "boats"}):
        http.post("/mcp", json=OLD.call("tools/call", {"name": "search", "arguments": arguments}))
    told = http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}).text
    assert used(read(told), "twin_refusals_total") == {("invalid_request",): 1, ("rate_minute",): 2}
    assert used(read(told), "twin_chats_total") == {}


def test_a_fault_of_the_model_is_told_in_the_result(service: Service, model: ScriptedModel) -> None:
    model.otherwise = answers(None)
    answer = call_new(service, "tools/call", "ask", arguments={"question": "Hi"})
    assert answer.status_code == 200
    result = answer.json()["result"]
    assert (result["isError"], result["_meta"]["twin/code"]) == (True, "model_failed")
    assert result["content"][0]["text"].startswith("The model failed to answer.")
