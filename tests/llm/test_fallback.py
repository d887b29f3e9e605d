"""A second model answers while the first is failing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from twin.llm.breaker import FAILURES

from ..support.calls import assert_problem
from ..support.scripted_model import ScriptedModel, Step, answers, fails, streams, waits_for, writes
from ..support.service import Service, wait_until
from ..support.settings import KEY
from ..support.streams import stream


@pytest.fixture
def second() -> Iterator[ScriptedModel]:
    """Another model, at another address."""
    model = ScriptedModel()
    model.otherwise = answers("Hello from the second.")
    yield model
    model.close()


@pytest.fixture
def service(start_service: Callable[..., Service], second: ScriptedModel) -> Service:
    other = {"FALLBACK_BASE_URL": second.url, "FALLBACK_API_KEY": "sk-second"}
    return start_service("gunicorn", FALLBACK_MODEL="second", **other)


@pytest.mark.parametrize(
    "step", [fails(500), fails(503), fails(401), writes(b"", then="reset"), streams("", then="close")]
)
def test_it_answers_what_the_first_could_not(
    service: Service, model: ScriptedModel, second: ScriptedModel, step: Step
) -> None:
    model.otherwise = step
    assert service.chat().json()["response"] == "Hello from the second."
    assert stream(service)[-1][1]["response"] == "Hello from the second."
    assert [len(model.requests), len(second.requests)] == [2, 2]
    assert {request["model"] for request in second.requests} == {"second"}
    assert second.headers[0]["authorization"] == "Bearer sk-second"
    wait_until(lambda: service.log().count('"model": "second"') == 2)


def test_the_first_is_asked_first(service: Service, model: ScriptedModel, second: ScriptedModel) -> None:
    assert service.chat().json()["response"] == "Hello from the model."
    assert not second.requests


def test_a_first_that_is_sick_is_not_even_asked(service: Service, model: ScriptedModel) -> None:
    model.otherwise = fails(500)
    for _ in range(FAILURES + 3):
        assert service.chat().status_code == 200
    assert len(model.requests) == FAILURES


def test_where_both_fail_the_visitor_gets_a_problem(
    service: Service, model: ScriptedModel, second: ScriptedModel
) -> None:
    model.otherwise = second.otherwise = fails(500)
    assert_problem(service.chat(), 502, "model_failed")
    assert len(model.requests) + len(second.requests) == 3
    model.otherwise = second.otherwise = fails(401)
    assert_problem(service.chat(), 502, "model_misconfigured")
    for prefix in ("OPENAI", "FALLBACK"):
        assert f"{prefix}_API_KEY: http" in service.log()


def test_a_call_to_the_second_leaves_the_connections_to_the_first(
    service: Service, model: ScriptedModel, second: ScriptedModel
) -> None:
    def ask_at_once(count: int) -> None:
        """Ask so many questions, of which none is answered before all have reached the model."""
        arrived, wanted = threading.Event(), len(model.requests) + count
        model.otherwise = waits_for(arrived, answers())
        with ThreadPoolExecutor(count) as pool:
            chats = [pool.submit(service.chat) for _ in range(count)]
            wait_until(lambda: len(model.requests) == wanted)
            arrived.set()
            assert {chat.result().status_code for chat in chats} == {200}

    ask_at_once(200)
    assert model.connections == 200
    model.asked["the second"] = fails(500)
    assert service.chat("What does the second say?").json()["response"] == "Hello from the second."
    ask_at_once(200)
    assert model.connections == 200


def test_a_stream_that_has_begun_does_not_change_its_mind(
    service: Service, model: ScriptedModel, second: ScriptedModel
) -> None:
    model.otherwise = streams("Half ", then="close", finish_reason=None)
    assert stream(service)[-1][0] == "error"
    assert not second.requests


def test_another_server_never_gets_the_first_ones_key(
    start_service: Callable[..., Service], model: ScriptedModel, second: ScriptedModel
) -> None:
    model.otherwise = fails(500)
    service = start_service("gunicorn", FALLBACK_MODEL="second", FALLBACK_BASE_URL=second.url)
    assert service.chat().status_code == 200
    assert KEY not in second.headers[0]["authorization"]


def test_without_an_address_of_its_own_it_is_where_the_first_is(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", FALLBACK_MODEL="second")
    model.script.append(fails(500))
    assert service.chat().status_code == 200
    assert [request["model"] for request in model.requests] == ["gpt-4o-mini", "second"]
    assert model.headers[0]["authorization"] == model.headers[1]["authorization"] == f"Bearer {KEY}"
