"""What the log says, and what it never does."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from twin.telemetry.logs import make_formatter

from ..support.scripted_model import ScriptedModel, answers, fails, streams
from ..support.service import Service, wait_until
from ..support.streams import opened, stream

QUESTION, ANSWER = "velvet-otter-question", "copper-heron-answer"


def lines(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.log().splitlines()]


def line_of(service: Service, request_id: str) -> dict[str, Any]:
    """The line of a request; it is written after the answer has left."""
    found: list[dict[str, Any]] = []
    wait_until(lambda: found.extend(line for line in lines(service) if line.get("request_id") == request_id) or found)
    assert len(found) == 1
    return found[0]


def test_every_line_is_json(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn")
    model.script.append(fails(401))
    service.chat()
    service.send(b"no HTTP\r\n\r\n")
    service.process.terminate()
    service.process.wait()
    for line in lines(service):
        assert {"time", "level", "logger", "process", "message"} <= line.keys()
    assert {line["logger"] for line in lines(service)} >= {"gunicorn.error", "twin.telemetry.logs", "twin.llm.call"}


def test_a_chat_has_a_line_with_what_it_took(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn")
    plain = service.chat()
    with opened(service) as (streamed, events):
        list(events)
    line = line_of(service, plain.headers["X-Request-ID"])
    tokens = {"prompt_tokens": 7, "completion_tokens": 5}
    expected = {"message": "POST /chat", "status": 200, "outcome": "stop", "model": "gpt-4o-mini", **tokens}
    assert line | expected == line
    assert line["visitor"] == "127.0.0.0/24"
    assert line["ms"] >= 0
    assert "first_token_ms" not in line
    line = line_of(service, streamed.headers["X-Request-ID"])
    assert line | expected == line
    assert 0 <= line["first_token_ms"] <= line["ms"]


def test_the_line_says_how_it_ended(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn", RATE_LIMITS="on", RATE_PER_MINUTE="4")
    model.script.append(answers("Half", "length"))
    model.script.append(fails(401))
    model.script.append(streams("Half", finish_reason=None, then="stall"))
    length, misconfigured = service.chat(), service.chat()
    with opened(service) as (left, events):
        while next(events)[0] != "delta":
            pass
    stream(service)
    refused = service.chat()
    outcomes = {"length": length, "model_misconfigured": misconfigured, "left": left}
    for outcome, answer in outcomes.items():
        assert line_of(service, answer.headers["X-Request-ID"])["outcome"] == outcome
    assert line_of(service, refused.headers["X-Request-ID"])["status"] == 429


@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
def test_nobodys_words_and_no_whole_address_are_in_the_log(
    start_service: Callable[..., Service], model: ScriptedModel, command: str
) -> None:
    service = start_service(command, TRUSTED_PROXIES="1")
    for step in (answers(ANSWER), fails(500), streams(ANSWER, then="reset"), answers({"text": ANSWER})):
        model.otherwise = step
        for accept in ("application/json", "text/event-stream"):
            headers = {"X-Forwarded-For": "203.0.113.77", "Accept": accept, "X-Request-ID": "mine"}
            service.http.post("/chat", json={"message": QUESTION, "session_id": QUESTION}, headers=headers)
    service.http.get(f"/?m={QUESTION}", headers={"Accept": "text/html", "Referer": f"https://x.example/{QUESTION}"})
    service.http.get(f"/{QUESTION}", headers={"X-Forwarded-For": "2001:db8:1:2:3:4:5:6", "User-Agent": QUESTION})
    service.http.post("/chat", content=QUESTION, headers={"Content-Type": "application/json"})
    service.send(f"GET http://[{QUESTION}]/ HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    service.http.request(QUESTION[:19], "/")
    for broken in (f"GET /?m={QUESTION} HTTX/1.1", f"GET /{QUESTION} HTTP/9.9", f"{QUESTION}"):
        service.send(broken.encode() + b"\r\n\r\n")
    service.send(f"GET / HTTP/1.1\r\nHost: x\r\n{QUESTION}\r\n\r\n".encode())
    wait_until(lambda: service.log().count("mine") >= 8)
    log = service.log()
    assert "203.0.113.0/24" in log
    assert "2001:db8:1::/48" in log
    assert "Traceback" not in log
    for secret in (QUESTION[:19], "127.0.0.1'", ANSWER, "203.0.113.77", "2001:db8:1:2", "Roger"):
        assert secret not in log


def test_under_flask_run_the_lines_are_plain(start_service: Callable[..., Service]) -> None:
    service = start_service("flask run")
    answer = service.chat()
    request_id = answer.headers["X-Request-ID"]
    wait_until(lambda: request_id in service.log())
    (line,) = [line for line in service.log().splitlines() if request_id in line]
    assert " INFO POST /chat " in line
    assert "outcome=stop model=gpt-4o-mini" in line
    assert "Running on http://" in service.log()
    assert '"GET /health' not in service.log()


@pytest.mark.parametrize("path", ["/", "/docs/start.js", "/page/1/chat.js", "/portrait", "/nowhere"])
def test_every_request_has_a_line(gunicorn: Service, path: str) -> None:
    request_id = str(uuid4())
    answer = gunicorn.http.get(path, headers={"X-Request-ID": request_id})
    wait_until(lambda: request_id in gunicorn.log())
    (line,) = [json.loads(line) for line in gunicorn.log().splitlines() if request_id in line]
    assert line["status"] == answer.status_code


def test_a_plain_trace_follows_its_line() -> None:
    try:
        {}["nothing"]
    except KeyError as error:
        record = logging.LogRecord("twin", logging.ERROR, "", 0, "It broke.", None, (KeyError, error, None))
    record.request_id = "abc"
    first, *rest = make_formatter(as_json=False).format(record).splitlines()
    assert first.endswith("ERROR It broke. request_id=abc")
    assert rest


def test_a_client_that_is_cut_off_in_a_request_leaves_no_trace(gunicorn: Service) -> None:
    before = len(gunicorn.log())
    with socket.create_connection(("127.0.0.1", gunicorn.port)) as connection:
        connection.sendall(b"POST /chat HTTP/1.1\r\nHost: x\r\nContent-Le")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert gunicorn.chat().status_code == 200
    assert "Traceback" not in gunicorn.log()[before:]
