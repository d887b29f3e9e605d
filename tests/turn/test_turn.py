"""How many turns are taken at once, and that each makes room in the end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from ..support.calls import assert_problem
from ..support.scripted_model import ScriptedModel, answers, fails, later, streams, waits_for, writes
from ..support.service import Service, wait_until
from ..support.streams import opened, stream

ROOM = 3


@pytest.fixture
def service(start_service: Callable[..., Service]) -> Service:
    return start_service("gunicorn", MAX_IN_FLIGHT=str(ROOM), CHAT_DEADLINE="2")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_who_finds_no_room_is_told_at_once(
    start_service: Callable[..., Service], model: ScriptedModel, accept: str
) -> None:
    service = start_service("gunicorn", MAX_IN_FLIGHT=str(ROOM))
    answered = threading.Event()
    model.otherwise = waits_for(answered, answers())
    refused: list[httpx2.Response] = []

    def chat(_: int) -> int:
        answer = service.http.post("/chat", json={"message": "Hi"}, headers={"Accept": accept})
        if answer.status_code == 503:
            refused.append(answer)
            if len(refused) == 20 - ROOM:
                answered.set()
        return answer.status_code

    with ThreadPoolExecutor(20) as pool:
        assert Counter(pool.map(chat, range(20))) == {200: ROOM, 503: 20 - ROOM}
    for answer in refused:
        assert_problem(answer, 503, "overloaded")
        assert int(answer.headers["Retry-After"]) >= 1
    assert service.chat().status_code == 200


def test_every_end_of_a_turn_makes_room(service: Service, model: ScriptedModel) -> None:
    ends = [answers(), fails(401), fails(400, "content_filter"), later(60, answers()), writes(b"")]
    for step in [*ends, streams("x", then="reset")]:
        model.otherwise = step
        for _ in range(2):  # fewer than open the breaker
            with ThreadPoolExecutor(2) as pool:
                plain, streamed = pool.submit(service.chat), pool.submit(stream, service)
                plain.result(), streamed.result()
        model.otherwise = answers()
        with ThreadPoolExecutor(ROOM) as pool:
            wait_until(lambda pool=pool: {chat.status_code for chat in pool.map(ask, [service] * ROOM)} == {200})


def ask(service: Service) -> httpx2.Response:
    return service.chat()


def test_a_visitor_who_leaves_makes_room(service: Service, model: ScriptedModel) -> None:
    model.otherwise = streams("One ", finish_reason=None, then="stall")
    for _ in range(2 * ROOM):
        with opened(service) as (answer, events):
            assert answer.status_code == 200
            next(events)
        wait_until(lambda: model.left, "the call to the model goes on")
        model.left = 0
        wait_until(lambda: '"left"' in service.log())


def test_what_is_refused_before_the_model_is_asked_takes_no_room(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", MAX_IN_FLIGHT="1", DAILY_TOKENS="1")
    for headers in ({}, {"Accept": "text/event-stream"}):
        for _ in range(3):
            answer = service.http.post("/chat", json={"message": "Hi"}, headers=headers)
            assert_problem(answer, 429, "budget_exhausted")
