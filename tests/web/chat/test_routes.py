from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from uuid import UUID

import pytest

from ...support.calls import assert_problem, post
from ...support.scripted_model import ScriptedModel, answers, fails, later, sends, writes
from ...support.service import Service

PERSONA_OPENING = 'You are a chatbot acting as a "Digital Twin", representing Roger J. Campbell.'


def test_answers_as_the_persona(service: Service, model: ScriptedModel) -> None:
    model.script.append(answers("I am Roger."))
    answer = service.chat("Who are you?")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"response", "session_id"}
    assert body["response"] == "I am Roger."
    assert UUID(body["session_id"]).version == 4
    system, user = model.requests[0]["messages"]
    assert system["role"] == "system"
    assert system["content"].startswith(PERSONA_OPENING)
    assert system["content"] == system["content"].strip() == (service.root / "me.txt").read_text().strip()
    assert user == {"role": "user", "content": "Who are you?"}


@pytest.mark.parametrize("session_id", ["abc", "a" * 128, "  spaces  ", "é✓😀", "line\nbreak\u0000", "00000000"])
def test_returns_the_session_id_as_it_was_sent(service: Service, session_id: str) -> None:
    assert service.chat("Hi", session_id=session_id).json()["session_id"] == session_id


@pytest.mark.parametrize("session_id", [None, ""])
def test_makes_a_session_id_where_there_is_none(service: Service, session_id: str | None) -> None:
    first, second = (UUID(service.chat("Hi", session_id=session_id).json()["session_id"]) for _ in range(2))
    assert first.version == second.version == 4
    assert first != second


def test_each_request_stands_alone(service: Service, model: ScriptedModel) -> None:
    for message in ("one", "two"):
        service.chat(message, session_id="same")
    assert [len(request["messages"]) for request in model.requests] == [2, 2]


def test_ignores_unknown_fields(service: Service) -> None:
    assert service.chat("Hi", stream=True, deep={"a": [[[1]]]}).status_code == 200


def test_trims_the_message(service: Service, model: ScriptedModel) -> None:
    assert service.chat(" \n\u2003Hi\t ").status_code == 200
    assert model.requests[0]["messages"][1]["content"] == "Hi"


def test_takes_the_longest_message_in_its_longest_writing(service: Service, model: ScriptedModel) -> None:
    body = json.dumps({"message": "😀" * 20_000})  # 12 bytes a character
    assert len(body) > 240_000
    assert post(service, body).status_code == 200
    assert model.requests[0]["messages"][1]["content"] == "😀" * 20_000


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"message"}),
        ({"message": ""}, {"message"}),
        ({"message": " \n\t\u2003 "}, {"message"}),
        ({"message": "x" * 20_001}, {"message"}),
        ({"message": None}, {"message"}),
        ({"message": 5}, {"message"}),
        ({"message": ["Hi"]}, {"message"}),
        ({"message": True}, {"message"}),
        ({"message": "Hi", "session_id": 7}, {"session_id"}),
        ({"message": "Hi", "session_id": "x" * 129}, {"session_id"}),
        ({"message": "", "session_id": []}, {"message", "session_id"}),
        ([], {"body"}),
        ("Hi", {"body"}),
        (None, {"body"}),
        (3, {"body"}),
    ],
)
def test_names_each_invalid_field(service: Service, model: ScriptedModel, body: object, fields: set[str]) -> None:
    problem = assert_problem(post(service, json.dumps(body)), 422, "invalid_request")
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert {error["field"] for error in errors} == fields
    assert all(error["message"] for error in errors)
    assert not model.requests


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"message": "Hi"',
        b"message=Hi",
        b'{"message": "Hi"} x',
        b'{"message": "Hi", "x": NaN}',
        b'{"message": "Hi", "x": -Infinity}',
        b'{"message": "\\ud800"}',
        b'{"message": "\xff"}',
        b'{"message": "\xed\xa0\x80"}',
        b'{"message": "Hi", "x": ' + b"[" * 985 + b"]" * 985 + b"}",
        b"[" * 100_000,
        b'{"a":' * 40_000,
        '{"message": "Hi"}'.encode("utf-16"),
        b"\x00",
    ],
)
def test_refuses_what_is_not_json(service: Service, model: ScriptedModel, body: bytes) -> None:
    assert_problem(post(service, body), 400, "bad_json")
    assert not model.requests


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": ""},
        {"Content_Encoding": "gzip"},
        {"Content_Encoding": "br"},
    ],
)
def test_wants_uncompressed_json(service: Service, model: ScriptedModel, headers: dict[str, str]) -> None:
    assert_problem(post(service, b'{"message": "Hi"}', **headers), 415, "unsupported_media_type")
    assert not model.requests


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_takes_every_writing_of_the_media_type(service: Service, content_type: str) -> None:
    assert post(service, b'{"message": "Hi"}', Content_Type=content_type).status_code == 200


def test_says_that_the_answer_was_cut(service: Service, model: ScriptedModel) -> None:
    model.script.append(answers("As far as I", "length"))
    body = service.chat().json()
    assert (body["response"], body["finish_reason"]) == ("As far as I", "length")
    assert body.keys() == {"response", "session_id", "finish_reason"}


@pytest.mark.parametrize(
    "step",
    [
        answers(None, "stop", refusal="PROVIDER WORDS"),
        answers("PROVIDER WORDS", "content_filter"),
        answers(None, "content_filter"),
        sends({"choices": [{"finish_reason": "content_filter"}]}),
        fails(400, "content_filter"),
    ],
)
def test_declines_in_the_owners_words(service: Service, model: ScriptedModel, step: object) -> None:
    model.script.append(step)
    answer = service.chat()
    body = answer.json()
    assert answer.status_code == 200
    assert body["finish_reason"] == "content_filter"
    assert body["response"].startswith("I would rather not answer that.")
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("step", "status", "code", "calls"),
    [
        (fails(401, "invalid_api_key"), 502, "model_misconfigured", 1),
        (fails(429, "insufficient_quota"), 502, "model_misconfigured", 1),
        (fails(429, retry_after="100"), 503, "model_busy", 1),
        (fails(503), 503, "model_busy", 3),
        (fails(500), 502, "model_failed", 3),
        (writes(b"", then="reset"), 502, "model_failed", 3),
        (sends("<html>PROVIDER</html>", content_type="text/html"), 502, "model_failed", 3),
    ],
)
def test_turns_the_models_faults_into_problems(
    service: Service, model: ScriptedModel, step: object, status: int, code: str, calls: int
) -> None:
    model.otherwise = step
    answer = service.chat()
    assert_problem(answer, status, code)
    assert len(model.requests) == calls
    if status == 503:
        assert int(answer.headers["Retry-After"]) >= 1
    log = service.log()
    assert "PROVIDER" not in log
    assert "sk-" not in log


def test_a_model_that_is_silent_is_a_timeout(impatient: Service, model: ScriptedModel) -> None:
    model.otherwise = later(60, answers())
    assert_problem(impatient.chat(), 504, "model_timeout")
    assert len(model.requests) == 1


@pytest.mark.parametrize(("command", "count"), [("flask run", 100), ("gunicorn", 500)])
def test_answers_hundreds_of_chats_at_once(
    start_service: Callable[..., Service], model: ScriptedModel, command: str, count: int
) -> None:
    service = start_service(command)
    model.otherwise = later(1, answers("Here."))

    def chat(number: int) -> int:
        connection = HTTPConnection("127.0.0.1", service.port, timeout=60)
        with closing(connection):
            connection.request("POST", "/chat", f'{{"message": "{number}"}}', {"Content-Type": "application/json"})
            return connection.getresponse().status

    with ThreadPoolExecutor(count) as pool:
        assert set(pool.map(chat, range(count))) == {200}
    assert sorted(int(request["messages"][1]["content"]) for request in model.requests) == list(range(count))
