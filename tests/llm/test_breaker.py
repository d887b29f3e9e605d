"""A provider that fails is left alone, then tried with one call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from twin.errors import ModelBusy, Overloaded
from twin.llm.breaker import FAILURES, OPEN_SECONDS, Breaker, Ticket
from twin.llm.embedded import EmbeddedModel
from twin.llm.messages import ChatMessages
from twin.llm.model import Model
from twin.settings import Settings

from ..support.breakers import SOON, admitted, opened
from ..support.calls import assert_problem
from ..support.holds import MESSAGES, CountedHold, NoHold
from ..support.scripted_model import ScriptedModel, answers, fails
from ..support.service import PATIENCE, Service, wait_until
from ..support.streams import stream


def connect_sick(model: ScriptedModel) -> Model:
    """Make a Model whose one provider failed, and may be tried now."""
    settings = Settings(openai_api_key="sk-test", openai_base_url=model.url)
    twin = Model(settings, EmbeddedModel(Path("unused")))
    [provider] = twin._providers
    provider.breaker = opened()
    wait_until(lambda: provider.breaker.would_admit)
    return twin


def probe(breaker: Breaker) -> Ticket:
    tickets: list[Ticket | None] = []
    wait_until(lambda: tickets.append(breaker.admit()) or tickets[-1])
    assert tickets[-1] is not None
    return tickets[-1]


def test_only_failures_in_a_row_open_it() -> None:
    breaker = Breaker("The model")
    for _ in range(3):
        for _ in range(FAILURES - 1):
            breaker.record(admitted(breaker), is_well=False)
        breaker.record(admitted(breaker), is_well=None)  # what nobody knows neither helps nor harms
        breaker.record(admitted(breaker), is_well=True)
    assert not breaker.is_open


def test_while_it_is_open_nobody_is_let_in() -> None:
    breaker = opened(OPEN_SECONDS)
    assert [breaker.admit() for _ in range(10)] == [None] * 10
    assert 1 <= breaker.remaining() <= OPEN_SECONDS


def test_then_exactly_one_of_many_is() -> None:
    breaker = opened()
    time.sleep(2 * SOON)
    with ThreadPoolExecutor(20) as pool:
        tickets = [ticket for ticket in pool.map(lambda _: breaker.admit(), range(200)) if ticket]
    assert len(tickets) == 1
    assert tickets[0].is_probe


def test_a_probe_that_is_answered_closes_it() -> None:
    breaker = opened()
    breaker.record(probe(breaker), is_well=True)
    assert not breaker.is_open
    for _ in range(FAILURES - 1):
        breaker.record(admitted(breaker), is_well=False)
    assert not breaker.is_open


def test_a_probe_that_fails_opens_it_again() -> None:
    breaker = opened()
    breaker.record(probe(breaker), is_well=False)
    assert breaker.admit() is None
    assert probe(breaker).is_probe


def test_a_probe_of_which_nobody_knows_is_followed_by_another() -> None:
    breaker = opened()
    breaker.record(probe(breaker), is_well=None)
    assert admitted(breaker).is_probe


@pytest.mark.parametrize("is_well", [True, False])
def test_calls_from_before_it_opened_change_nothing(is_well: bool) -> None:
    breaker = Breaker("The model", OPEN_SECONDS)
    late = [admitted(breaker) for _ in range(FAILURES + 1)]
    for ticket in late[:FAILURES]:
        breaker.record(ticket, is_well=False)
    breaker.record(late[-1], is_well=is_well)
    assert breaker.is_open
    assert breaker.admit() is None


def test_a_sick_model_is_left_alone(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn")
    model.otherwise = fails(500)
    for _ in range(FAILURES):
        assert_problem(service.chat(), 502, "model_failed")
    calls = len(model.requests)
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = service.http.post("/chat", json={"message": "Hi"}, headers=headers)
        assert_problem(answer, 503, "model_busy")
        assert 1 <= int(answer.headers["Retry-After"]) <= OPEN_SECONDS
    assert len(model.requests) == calls == 3 * FAILURES
    assert service.log().count("failed 5 times in a row") == 1
    assert service.http.get("/ready").status_code == 200  # another worker, or a minute, may do better


@pytest.mark.parametrize("step", [fails(401), fails(400, "content_filter"), answers()])
def test_what_is_no_failure_of_the_model_does_not_open_it(
    start_service: Callable[..., Service], model: ScriptedModel, step: object
) -> None:
    service = start_service("gunicorn")
    model.otherwise = step
    for _ in range(2 * FAILURES):
        service.chat()
    model.otherwise = answers()
    assert service.chat().status_code == 200


def test_who_waits_for_room_keeps_no_probe_from_others(model: ScriptedModel) -> None:
    twin, waits, has_room = connect_sick(model), threading.Event(), threading.Event()

    def hold(messages: ChatMessages, patience: float, is_wanted: Callable[[], bool]) -> NoHold:
        if not patience:
            raise Overloaded
        waits.set()
        assert has_room.wait(PATIENCE)
        return NoHold(messages, patience, is_wanted)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(twin.answer, MESSAGES, hold)
        assert waits.wait(PATIENCE)
        assert twin.answer(MESSAGES, NoHold).text == "Hello from the model."
        has_room.set()
        assert first.result().text == "Hello from the model."
    twin.close()


def test_who_gets_room_when_another_has_the_probe_gives_it_back(model: ScriptedModel) -> None:
    twin, holds = connect_sick(model), type("Hold", (CountedHold,), {})

    def hold(messages: ChatMessages, patience: float, is_wanted: Callable[[], bool]) -> CountedHold:
        admitted(twin._providers[0].breaker)
        return holds(messages, patience, is_wanted)

    with pytest.raises(ModelBusy):
        twin.answer(MESSAGES, hold)
    with pytest.raises(ModelBusy):
        twin.answer(MESSAGES, holds)  # which is not even called
    assert holds.made == holds.released == 1
    assert not model.requests
    twin.close()


@pytest.mark.soak
def test_after_half_a_minute_one_call_tries_it(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn")
    model.otherwise = fails(500)
    for _ in range(FAILURES):
        service.chat()
    for is_well in (False, True):
        model.otherwise = answers() if is_well else fails(500)
        before = len(model.requests)
        wait_until(lambda before=before: service.chat().status_code and len(model.requests) > before)
        with ThreadPoolExecutor(20) as pool:
            statuses = set(pool.map(lambda _: service.chat().status_code, range(50)))
        assert statuses == ({200} if is_well else {503})
        assert is_well or len(model.requests) == before + 1
    assert stream(service)[-1][0] == "done"
