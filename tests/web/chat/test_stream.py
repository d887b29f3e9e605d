"""POST /chat with `Accept: text/event-stream`."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ...support.calls import heal
from ...support.scripted_model import (
    DONE,
    ScriptedModel,
    Step,
    answers,
    chunk,
    completion,
    fails,
    follows,
    later,
    sends,
    streams,
    writes,
)
from ...support.service import Service, wait_until
from ...support.settings import IMPATIENT
from ...support.streams import QUESTION, STREAM, opened, stream, text_of


def test_streams_what_the_plain_call_answers(service: Service, model: ScriptedModel) -> None:
    model.otherwise = streams("I ", "am ", "Ada.\u2028é😀\x85\n\nYes")
    with opened(service, session_id="abc") as (answer, events):
        got = list(events)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["Cache-Control"] == "no-cache, no-transform, no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert got[0] == ("session", {"session_id": "abc"})
    assert [data["text"] for _, data in got[1:-1]] == ["I ", "am ", "Ada.\u2028é😀\x85\n\nYes"]
    assert got[-1] == ("done", {"response": "I am Ada.\u2028é😀\x85\n\nYes", "session_id": "abc"})
    assert [message["content"] for message in model.requests[0]["messages"]][1:] == ["Hi"]
    assert model.requests[0]["stream"] is True


def test_makes_one_session_id(service: Service) -> None:
    events = stream(service)
    assert UUID(events[0][1]["session_id"]).version == 4
    assert events[0][1]["session_id"] == events[-1][1]["session_id"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("application/json, text/event-stream", "application/json"),
        ("text/event-stream;q=0", "application/json"),
        ("text/event-stream, */*", "text/event-stream"),
        ("application/json;q=0.5, Text/Event-Stream", "text/event-stream"),
    ],
)
def test_streams_only_to_who_prefers_it(gunicorn: Service, accept: str, kind: str) -> None:
    answer = gunicorn.http.post("/chat", json={"message": "Hi"}, headers={"Accept": accept})
    assert answer.headers["Content-Type"].partition(";")[0] == kind


def test_the_session_leaves_before_the_model_answers(service: Service, model: ScriptedModel) -> None:
    model.otherwise = writes(b"", then="stall")
    with opened(service) as (_, events):
        assert next(events)[0] == "session"
        wait_until(lambda: model.requests)  # which would come in the next test


def test_each_delta_leaves_when_it_comes(service: Service, model: ScriptedModel) -> None:
    model.otherwise = streams("One", finish_reason=None, then="stall")
    with opened(service) as (_, events):
        assert [next(events)[0], next(events)] == ["session", ("delta", {"text": "One"})]


def test_a_silent_model_leaves_comments(service: Service, model: ScriptedModel) -> None:
    model.otherwise = later(2.5, streams("Here."))
    with opened(service) as (_, events):
        names = [name for name, _ in events]
    assert names == ["session", "", "", "delta", "done"]


BROKEN: dict[str, tuple[Step, str]] = {
    "no finish_reason": (streams("Half", finish_reason=None, then="end without [DONE]"), "model_failed"),
    "empty finish_reason": (streams("Half", finish_reason="", then="end without [DONE]"), "model_failed"),
    "cut": (streams("Half", finish_reason=None, then="close"), "model_failed"),
    "reset": (streams("Half", finish_reason=None, then="reset"), "model_failed"),
    "no JSON": (streams("Half", b"data: {nope\n\n"), "model_failed"),
    "text of another type": (streams("Half", b'data: {"choices": [{"delta": {"content": 5}}]}\n\n'), "model_failed"),
    "an error as its reason": (streams("Half", finish_reason="error"), "model_failed"),
    "no room to go on": (streams("Half", finish_reason="insufficient_system_resource"), "model_failed"),
    "an error": (streams("Half", b'data: {"error": {"message": "PROVIDER"}}\n\n', finish_reason=None), "model_failed"),
}


@pytest.mark.parametrize(("step", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_breaks_off_ends_in_an_error(
    service: Service, model: ScriptedModel, step: Step, code: str
) -> None:
    model.otherwise = step
    events = stream(service)
    assert [name for name, _ in events] == ["session", "delta", "error"]
    assert events[-1][1]["code"] == code
    assert "PROVIDER" not in json.dumps(events)
    assert len(model.requests) == 1


@pytest.mark.parametrize("words", [["Half"], []])
def test_an_answer_that_stalls_ends_in_an_error(impatient: Service, model: ScriptedModel, words: list[str]) -> None:
    model.otherwise = streams(*words, finish_reason=None, then="stall")
    events = stream(impatient)
    assert [name for name, _ in events if name] == ["session", *["delta"] * len(words), "error"]
    assert events[-1][1]["code"] == "model_timeout"
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        fails(500),
        writes(b"", then="reset"),
        sends("<html>", content_type="text/html"),
        sends("nope", content_type="text/event-stream"),
        streams(finish_reason=None),
        streams(""),
        streams(" \n", " "),
        streams(" ", finish_reason=None, then="reset"),
        streams(b'data: {"error": "PROVIDER"}\n\n'),
    ],
)
def test_a_fault_before_the_first_word_is_retried(service: Service, model: ScriptedModel, fault: Step) -> None:
    model.script.append(fault)
    model.otherwise = streams("Good.")
    events = stream(service)
    assert [name for name, _ in events] == ["session", "delta", "done"]
    assert events[-1][1]["response"] == "Good."
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    ("step", "code", "calls"),
    [
        (fails(401), "model_misconfigured", 1),
        (fails(503), "model_busy", 3),
        (fails(500), "model_failed", 3),
        (streams(finish_reason="length"), "model_misconfigured", 1),
    ],
)
def test_the_models_faults_are_errors(
    service: Service, model: ScriptedModel, step: Step, code: str, calls: int
) -> None:
    model.otherwise = step
    events = stream(service)
    assert [name for name, _ in events] == ["session", "error"]
    problem = events[-1][1]
    assert problem["code"] == code
    assert {"type", "title", "status", "detail", "request_id"} <= problem.keys()
    assert len(model.requests) == calls


@pytest.mark.parametrize(
    ("step", "response", "finish_reason"),
    [
        (streams("As far", finish_reason="length"), "As far", "length"),
        (streams("As far", finish_reason="model_length"), "As far", "length"),
        (streams("As far", finish_reason="content_filter"), None, "content_filter"),
        (streams(chunk(refusal="PROVIDER")), None, "content_filter"),
        (fails(400, "content_filter"), None, "content_filter"),
    ],
)
def test_done_says_why_an_answer_is_short(
    service: Service, model: ScriptedModel, step: Step, response: str | None, finish_reason: str
) -> None:
    model.otherwise = step
    done = stream(service)[-1][1]
    assert done["finish_reason"] == finish_reason
    assert done["response"] == (
        response or "I would rather not answer that. Is there something else you would like to know?"
    )


@pytest.mark.parametrize(
    "step",
    [
        streams(b": comment\n\n", b'data: {"choices": []}\n\n', chunk(role="assistant"), "Hello."),
        streams(b'data: {"choices": null}\n\n', "Hello.", b'data: {"choices": [{"delta": null}]}\n\n'),
        streams(chunk("Hello.").replace(b"\n", b"\r\n")),
        streams(chunk("Hello.").replace(b"data: ", b"data:")),
        streams(chunk("Hello.")[:9], chunk("Hello.")[9:40], chunk("Hello.")[40:]),
        streams(chunk("Hello.", "stop"), finish_reason=None),
        streams("Hello.", then="close"),
        streams("Hello.", then="reset"),
        streams("Hel", "lo.", finish_reason="eos"),
        sends(chunk("Hello.", "stop") + DONE, content_type="text/plain"),
        follows(answers("Hello."), answers("Hello.")),
    ],
)
def test_takes_every_dialect_of_a_whole_answer(gunicorn: Service, model: ScriptedModel, step: Step) -> None:
    model.script.append(step)
    events = stream(gunicorn)
    assert text_of(events) == "Hello."
    assert events[-1][0] == "done"
    assert len(model.requests) == 1


def test_a_whole_answer_whose_stream_stalls_is_taken(under: Callable[..., Service], model: ScriptedModel) -> None:
    service = heal(under("gunicorn", **IMPATIENT), model)
    model.script.append(streams("Hello.", then="stall"))
    assert [name for name, _ in stream(service) if name] == ["session", "delta", "done"]
    assert len(model.requests) == 1


def test_a_server_that_knows_no_streams_will_do(gunicorn: Service, model: ScriptedModel) -> None:
    model.script.append(sends({"choices": [{"finish_reason": "stop", "message": {"content": "Hello."}}]}))
    assert [name for name, _ in stream(gunicorn)] == ["session", "delta", "done"]


def test_such_a_server_may_decline(gunicorn: Service, model: ScriptedModel) -> None:
    model.script.append(sends(completion("", "content_filter")))
    assert [name for name, _ in stream(gunicorn)] == ["session", "done"]


def test_streams_use_a_connection_again(gunicorn: Service, model: ScriptedModel) -> None:
    for _ in range(5):
        stream(gunicorn)
    assert model.connections <= 1


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"json": {"message": ""}}, 422),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"Hi"}, 415),
        ({"content": b" " * 300_000, "headers": {"Content-Type": "application/json"}}, 413),
    ],
)
def test_what_is_wrong_with_a_request_is_a_plain_problem(
    service: Service, model: ScriptedModel, options: dict[str, Any], status: int
) -> None:
    answer = service.http.post("/chat", **(options | {"headers": STREAM | options.get("headers", {})}))
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not model.requests


SLOW: dict[str, Step] = {
    "silent from the start": writes(b"", then="stall"),
    "silent after a word": streams("One", finish_reason=None, then="stall"),
    "writing": streams(*["word "] * 600, seconds=0.1),
}


@pytest.mark.parametrize("step", SLOW.values(), ids=SLOW.keys())
def test_when_the_visitor_leaves_so_do_we(
    start_service: Callable[..., Service], model: ScriptedModel, step: Step
) -> None:
    service = start_service("gunicorn", CHAT_DEADLINE="3600")
    model.otherwise = step
    with opened(service) as (_, events):
        next(events)
        wait_until(lambda: model.requests)
        assert not model.left
    wait_until(lambda: model.left, "the model's connection stayed open")
    assert "CHAT_DEADLINE" not in service.log()
    model.otherwise = answers("Here.")
    assert service.chat().json()["response"] == "Here."


def test_when_the_visitor_leaves_flask_run_too(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("flask run", CHAT_DEADLINE="3600")
    model.otherwise = writes(b"", then="stall")
    with opened(service) as (_, events):
        next(events)
        wait_until(lambda: model.requests)
    wait_until(lambda: model.left, "the model's connection stayed open")


def test_a_visitor_who_leaves_before_a_retry_is_not_asked_for_again(gunicorn: Service, model: ScriptedModel) -> None:
    model.otherwise = fails(503, retry_after="2")
    with opened(gunicorn) as (_, events):
        next(events)
        wait_until(lambda: model.requests)
    with opened(gunicorn, "Who stays?") as (_, events):  # is asked for again, and later
        assert [name for name, _ in events if name][-1] == "error"
    asked = [request["messages"][-1]["content"] for request in model.requests]
    assert asked.count("Hi") == 1
    assert asked.count("Who stays?") == 3


@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
@pytest.mark.parametrize("is_polite", [True, False])
def test_when_the_visitor_of_a_server_that_speaks_tls_leaves(
    under: Callable[..., Service], certificate: Path, model: ScriptedModel, command: str, *, is_polite: bool
) -> None:
    service = heal(under(command, certificate, CHAT_DEADLINE="3600"), model)
    model.otherwise = streams("One", finish_reason=None, then="stall")
    with service.connect() as visitor:
        visitor.sendall(QUESTION)
        seen = b""
        while b"\n:\n" not in seen:  # it has looked once, and seen nobody go
            seen += visitor.recv(4_096)
        if is_polite:  # as browsers are: TLS has a goodbye of its own, which then waits to be read
            with suppress(TimeoutError, ssl.SSLError):
                visitor.settimeout(0)
                visitor.unwrap()
    wait_until(lambda: model.left, "the model's connection stayed open")
    if command == "gunicorn":  # werkzeug's server may log that TLS broke off, and then closes no answer
        assert "Traceback" not in service.log()


@pytest.mark.soak
@pytest.mark.parametrize("is_secured", [False, True])
def test_whoever_makes_no_room_for_the_answer_has_left(
    start_service: Callable[..., Service], model: ScriptedModel, certificate: Path, *, is_secured: bool
) -> None:
    service = start_service("gunicorn", CHAT_DEADLINE="10", certificate=certificate if is_secured else None)
    model.otherwise = streams(*["word " * 100_000] * 20)
    with service.connect() as visitor:
        visitor.sendall(QUESTION)
        wait_until(lambda: '"POST /chat"' in service.log(), "the chat is held for ever")
    assert "Traceback" not in service.log()


def test_a_broken_connection_to_the_visitor_is_no_error_of_ours(gunicorn: Service, model: ScriptedModel) -> None:
    model.otherwise = streams(*["word "] * 600, seconds=0.1)
    before = len(gunicorn.log())
    with gunicorn.connect() as visitor:
        visitor.sendall(QUESTION)
        assert visitor.recv(1)
        wait_until(lambda: model.requests)
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wait_until(lambda: model.left)
    assert "Traceback" not in gunicorn.log()[before:]


def test_a_stream_in_flight_survives_sigterm(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn")
    model.otherwise = streams(*[f"{number} " for number in range(20)], seconds=0.1)
    with opened(service) as (_, events):
        while next(events)[0] != "delta":
            pass
        os.kill(service.process.pid, signal.SIGTERM)
        assert list(events)[-1][0] == "done"
    assert service.process.wait(20) == 0


def test_hundreds_of_streams_at_once_are_whole(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn")
    words = [f"{number} " for number in range(20)]
    model.otherwise = streams(*words, seconds=0.2)
    with ThreadPoolExecutor(200) as pool:
        for events in pool.map(lambda number: stream(service, str(number)), range(200)):
            assert text_of(events) == events[-1][1]["response"] == "".join(words)
