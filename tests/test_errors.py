"""What visitors read where they get no answer."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest
from flask.testing import FlaskClient

from twin import create_app
from twin.errors import Overloaded, RateLimited, SessionBusy, TwinError
from twin.web.problems import Problem

from .support.calls import assert_problem
from .support.scripted_model import ScriptedModel, Step, answers, fails, later, writes
from .support.service import Service
from .support.settings import KEY
from .support.streams import read

CONTACT = "Write to ada@example.org."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (2, "2 seconds"),
        (60, "60 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (121, "3 minutes"),
        (7_199, "120 minutes"),
        (7_200, "2 hours"),
        (86_400, "24 hours"),
    ],
)
def test_a_wait_is_told_in_words(seconds: int, words: str) -> None:
    detail = Problem.of(Overloaded(retry_after=seconds), "x").detail
    assert detail == f"Too many people are asking at this moment. Please try again in {words}."


def test_the_owners_sentence_comes_last() -> None:
    detail = Problem.of(RateLimited(retry_after=1), "x", CONTACT).detail
    assert detail == f"You are asking faster than this twin may answer. Please try again in 1 second. {CONTACT}"
    assert Problem.of(TwinError(), "x", CONTACT).detail == f"{TwinError.detail} {CONTACT}"
    assert CONTACT not in Problem.of(SessionBusy(retry_after=1), "x", CONTACT).detail  # the answer is coming


def ask(client: FlaskClient, **headers: str) -> dict[str, object]:
    """Ask as a frontend does, and return the problem that comes instead of an answer."""
    answer = client.post("/chat", json={"message": "Hi"}, headers=headers)
    if answer.mimetype != "text/event-stream":
        return dict(answer.get_json())
    name, problem = list(read(iter(answer.get_data(as_text=True).splitlines())))[-1]
    assert name == "error"
    return dict(problem)


@pytest.mark.parametrize(
    ("code", "step", "settings"),
    [
        ("model_failed", writes(b""), {}),
        ("model_misconfigured", fails(401), {}),
        ("model_busy", fails(503), {"CHAT_DEADLINE": "0.5"}),
        ("model_timeout", later(60, answers()), {"CHAT_DEADLINE": "0.5"}),
        ("budget_exhausted", answers(), {"DAILY_TOKENS": "1"}),
        ("memory_unavailable", answers(), {"MEMORY": "on", "DATABASE_URL": "postgresql://127.0.0.1:1/twin"}),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_whoever_gets_no_answer_is_told_how_to_reach_the_owner(
    model: ScriptedModel, code: str, step: Step, settings: dict[str, str], accept: str
) -> None:
    base = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "DAILY_TOKENS": "0", "CONTACT": CONTACT}
    model.otherwise = step
    problem = ask(create_app(base | settings).test_client(), Accept=accept)
    assert problem["code"] == code
    assert str(problem["detail"]).endswith(CONTACT)


def test_whoever_asks_too_often_is_told_how_to_reach_the_owner(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", RATE_LIMITS="on", RATE_PER_MINUTE="1", CONTACT=CONTACT)
    service.chat()
    problem = assert_problem(answer := service.chat(), 429, "rate_limited")
    assert str(problem["detail"]).endswith(f"Please try again in {answer.headers['Retry-After']} seconds. {CONTACT}")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "message: It is missing."),
        ({"message": "  "}, "message: It is empty."),
        ({"message": 5}, "message: It is not a string."),
        ({"message": "x" * 20_001}, "message: It has more than 20,000 characters."),
        ({"message": "Hi", "session_id": "x" * 129}, "session_id: It has more than 128 characters."),
        ({"session_id": 5}, "message: It is missing. session_id: It is not a string."),
        ([], "body: It is not a JSON object."),
    ],
)
def test_an_invalid_request_says_what_is_wrong(service: Service, body: object, detail: str) -> None:
    answer: httpx2.Response = service.http.post("/chat", json=body)
    assert assert_problem(answer, 422, "invalid_request")["detail"] == detail
