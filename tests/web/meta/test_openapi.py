"""The document and the service say the same: whatever the one has, the other has."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pytest
from flask import Flask

from twin import errors
from twin.errors import TwinError
from twin.owner.watch import MAX_WATCHED

from ...support.calls import heal
from ...support.contract import EVERYWHERE, Promise, document, is_door, promises
from ...support.scripted_model import ScriptedModel, answers, fails, later, streams
from ...support.service import ROOT, Service, embedded_servers_in, wait_until
from ...support.settings import IMPATIENT, METRICS_TOKEN
from ...support.streams import opened

SESSION = "3f1e8a52-7c6f-4c5c-9d0a-8a7a8d8f1c5e"
JSON = {"Content-Type": "application/json"}
PROMISES = sorted(promises())
KEPT = [promise for promise in PROMISES if not is_door(promise.path)]  # tests/web/test_doors.py has the others
BODY = {"message": "Who are you?", "question": "Will you come?"}
BAD_BODIES: dict[str, dict[str, Any]] = {
    "bad_json": {"content": b"{", "headers": JSON},
    "too_large": {"content": b" " * 300_000, "headers": JSON},
    "unsupported_media_type": {"content": b"Hi", "headers": {"Content-Type": "text/plain"}},
    "invalid_request": {"json": {"message": ""}},
}
NEED_SETTINGS = ("/metrics", "/portrait")
HEADERS = {"": {"Authorization": f"Bearer {METRICS_TOKEN}"}, "bad_host": {"Host": "a b"}, "unauthorized": {}}
LIMITS = {
    "rate_limited": {"RATE_LIMITS": "on", "RATE_PER_MINUTE": "1"},
    "budget_exhausted": {"DAILY_TOKENS": "1"},
    "memory_unavailable": {"MEMORY": "on", "DATABASE_URL": "postgresql://127.0.0.1:1/nothing"},
    "overloaded": {"MAX_IN_FLIGHT": "1"},
}
FAULTS_OF_THE_MODEL = {
    "model_busy": fails(503),
    "model_failed": fails(500),
    "model_misconfigured": fails(401),
    "model_timeout": later(60, answers()),
}


def ask(http: httpx2.Client, promise: Promise, **options: Any) -> httpx2.Response:
    """Call the promise's route, well where `options` do not say otherwise."""
    if promise.method == "POST" and not {"content", "json"} & options.keys():
        options["json"] = {"message": 1, "value": 1} if "feedback" in promise.path else BODY
    arguments = {"name": "start.js" if promise.path.startswith("/docs") else "chat.js", "version": "1", "accent": "0a7"}
    return http.request(
        promise.method,
        promise.path.format(**arguments, session_id="none" if promise.code == "not_found" else SESSION),
        **options,
    )


def is_of_a_session(promise: Promise) -> bool:
    return "{session_id}" in promise.path and promise.code in ("", "not_found", "overloaded")


def ask_in_a_session(service: Service, model: ScriptedModel, promise: Promise) -> httpx2.Response:
    """Ask in a session that is remembered, where that has the promised end."""
    http, key = service.http, {"headers": {"Idempotency-Key": "1"}}
    http.delete(f"/sessions/{SESSION}")
    if promise.code == "overloaded":
        return ask_with_many_waiting(service, promise)
    if promise.code in ("session_busy", "key_in_use"):
        model.script.append(streams("One ", finish_reason=None, then="stall"))
        with opened(service, session_id=SESSION, **key) as (_, events):
            next(events)
            other = {} if promise.code == "session_busy" else key
            return ask(http, promise, json={"message": "Hi", "session_id": SESSION}, **other)
    if promise.code != "not_found":
        http.post("/chat", json={"message": "Hi", "session_id": SESSION}, **key)
    if promise.code == "key_reused":
        return ask(http, promise, json={"message": "Other", "session_id": SESSION}, **key)
    return ask(http, promise)


def ask_with_many_waiting(service: Service, promise: Promise) -> httpx2.Response:
    """Ask while as many visitors as a process can hold wait for the owner."""
    service.http.post(f"/sessions/{SESSION}/questions", json=BODY)
    request = f"GET /sessions/{SESSION}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with ExitStack() as stack:
        for connection in [stack.enter_context(service.connect()) for _ in range(MAX_WATCHED)]:
            connection.sendall(request)
            assert connection.recv(1_000)
        return ask(service.http, promise)


def ask_too_much(service: Service, model: ScriptedModel, promise: Promise) -> httpx2.Response:
    """Ask while another chat goes on."""
    model.otherwise = streams("One ", finish_reason=None, then="stall")
    with opened(service):
        return ask(service.http, promise)


def lose_embedded_model(start_service: Callable[..., Service], promise: Promise) -> httpx2.Response:
    """Ask while the embedded model, whose process was killed, is starting again, or cannot."""
    service = start_service("gunicorn", model_set=False, EMBEDDED_MODEL="on")
    wait_until(lambda: service.http.get("/ready").status_code == 200)
    if promise.code == "start_failed":
        log = service.root / "instance" / "embedded.log"
        log.unlink()
        log.mkdir()  # no process can write to it
    os.kill(embedded_servers_in(service.root)[0], signal.SIGKILL)
    seen: list[httpx2.Response] = []  # the killed one's threads may hold its lock for a moment
    wait_until(lambda: seen.append(ask(service.http, promise)) or seen[-1].status_code == 503)
    return seen[-1]


@pytest.fixture
def provoke(
    gunicorn: Service,
    model: ScriptedModel,
    app: Flask,
    start_service: Callable[..., Service],
    under: Callable[..., Service],
) -> Callable[[Promise], httpx2.Response]:
    """Bring a route to answer as promised, by what may befall it."""
    local = httpx2.Client(transport=httpx2.WSGITransport(app), base_url="http://localhost")

    def answer(promise: Promise) -> httpx2.Response:
        if promise.code in ("session_busy", "key_in_use", "key_reused") or is_of_a_session(promise):
            return ask_in_a_session(under("gunicorn", MEMORY="on"), model, promise)
        if promise.code in LIMITS:
            return ask_too_much(start_service("gunicorn", **LIMITS[promise.code]), model, promise)
        if promise.code in BAD_BODIES or promise.code in FAULTS_OF_THE_MODEL:
            service = heal(under("gunicorn", **(IMPATIENT if promise.code == "model_timeout" else {})), model)
            model.otherwise = FAULTS_OF_THE_MODEL.get(promise.code, model.otherwise)
            return ask(service.http, promise, **BAD_BODIES.get(promise.code, {}))
        match promise.code:
            case "" | "bad_host" | "unauthorized":
                return ask(gunicorn.http, promise, headers=HEADERS[promise.code])
            case "not_found" if promise.path not in NEED_SETTINGS:
                return gunicorn.http.get(promise.path.format(name="nothing.js", version="1", accent="nothing"))
            case "bad_request":  # gunicorn itself refuses a body with two lengths
                return ask(local, promise, headers={"Transfer-Encoding": "chunked", "Content-Length": "2"})
            case "internal_error":
                app.before_request(lambda: {}["a fault of our own"])
            case "not_ready" | "start_failed":
                return lose_embedded_model(start_service, promise)
        return ask(local, promise)

    return answer


@pytest.mark.parametrize("promise", KEPT, ids=lambda promise: " ".join(map(str, promise)))
def test_every_promise_is_kept(provoke: Callable[[Promise], httpx2.Response], promise: Promise) -> None:
    answer = provoke(promise)
    operation = document()["paths"][promise.path][promise.method.lower()]
    described = operation["responses"][str(promise.status)]
    assert answer.status_code == promise.status
    assert answer.headers.keys() >= {header.lower() for header in described["headers"]}
    if promise.status == 204:
        assert (answer.content, answer.headers.get("Content-Type")) == (b"", None)
        return
    media = answer.headers["Content-Type"].partition(";")[0]
    assert media in described["content"]
    body = answer.json() if media.endswith("json") else answer.text
    assert body.get("code", "") == promise.code if promise.code else True
    schema = described["content"][media]["schema"] | {"components": document()["components"]}
    jsonschema_rs.validate(schema, body)


def test_every_route_is_described_and_none_else(app: Flask) -> None:
    served = {
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("desk.")  # of which nothing public tells
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(promise.method, promise.path) for promise in PROMISES}


def codes() -> dict[str, str]:
    """Every error that can reach a visitor, by the name of its class."""
    return {
        name: kind.code for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, TwinError)
    }


def test_every_code_is_described_and_none_else() -> None:
    described = {promise.code for promise in PROMISES} - {""} | {code for _, code in EVERYWHERE}
    assert described == set(codes().values())
    assert {*document()["components"]["responses"]} == {code for _, code in EVERYWHERE}


def test_every_error_is_one_that_something_raises() -> None:
    named = set()
    for path in (ROOT / "twin").rglob("*.py"):
        if path.name != "errors.py":
            named |= {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert codes().keys() <= named


def examples() -> list[tuple[str, Any, Any]]:
    """Each example of a problem in the document, with its schema."""
    return [
        (f"{promise.path} {promise.code}", content["schema"], content["examples"][promise.code]["value"])
        for promise in PROMISES
        if promise.code
        for content in document()["paths"][promise.path][promise.method.lower()]["responses"][str(promise.status)][
            "content"
        ].values()
    ]


@pytest.mark.parametrize(
    ("name", "schema", "example"), examples(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_examples_are_valid(name: str, schema: Any, example: Any) -> None:
    jsonschema_rs.validate(schema | {"components": document()["components"]}, example)


def test_the_examples_of_a_chat_work_when_pasted(gunicorn: Service) -> None:
    fields = document()["components"]["schemas"]["ChatRequest"]["properties"]
    body = {name: field["examples"][0] for name, field in fields.items()}
    assert gunicorn.http.post("/chat", json=body).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/chat", 405)])
def test_what_is_not_there_is_answered_as_described(gunicorn: Service, path: str, status: int) -> None:
    answer = gunicorn.http.get(path)
    assert answer.status_code == status
    described = document()["components"]["responses"][answer.json()["code"]]["content"]["application/problem+json"]
    jsonschema_rs.validate(described["schema"] | {"components": document()["components"]}, answer.json())


@pytest.mark.parametrize("examples", [15, pytest.param(1_000, marks=pytest.mark.soak)])  # of each route
def test_schemathesis_finds_nothing(gunicorn: Service, tmp_path: Path, examples: int) -> None:
    assert_schemathesis_finds_nothing(gunicorn, tmp_path, examples)


@pytest.mark.parametrize("examples", [10, pytest.param(1_000, marks=pytest.mark.soak)])
def test_schemathesis_finds_nothing_at_the_doors(under: Callable[..., Service], tmp_path: Path, examples: int) -> None:
    service = under("gunicorn", DOORS="open")
    # A schema cannot say that the last message is the user's, or that parameters fit a method.
    doors = "--include-path-regex", "^/(v1|mcp)", "--exclude-checks", "positive_data_acceptance"
    assert_schemathesis_finds_nothing(service, tmp_path, examples, *doors)


def assert_schemathesis_finds_nothing(service: Service, folder: Path, examples: int, *options: str) -> None:
    end = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.url}/openapi.json"),
            *("--checks", "all", "--max-examples", str(examples), "--continue-on-failure", *options),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert end.returncode == 0, end.stdout
    assert " passed" in end.stdout
