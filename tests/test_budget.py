"""What a day may cost."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from sqlalchemy import Connection, MetaData, delete

from twin.budget import Budget
from twin.config import Settings
from twin.db import Databases
from twin.errors import BudgetExhausted, StoreUnavailable
from twin.llm.answers import read_completion
from twin.tables import budget_days

from .chat.test_routes import assert_problem
from .chat.test_stream import opened, stream
from .conftest import KEY
from .scripted_model import (
    DONE,
    STREAM_HEAD,
    USAGE,
    ScriptedModel,
    Step,
    answers,
    chunk,
    completion,
    fails,
    sends,
    streams,
    waits_for,
    writes,
)
from .service import PATIENCE, ROOT, Service, wait_until
from .stores import PostgresServer
from .warm import WarmPythons

Make = Callable[..., Budget]
SETTLED = USAGE["prompt_tokens"] + USAGE["completion_tokens"]
MESSAGES = [{"role": "system", "content": "I am Ada."}, {"role": "user", "content": "Hi"}]
CALLERS = 500


def without_usage(text: str = "Hello.") -> Step:
    return sends({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})


def worst_case(message: str = "Who are you?", output: int = 2_000) -> int:
    """The most that one attempt at an answer may cost, in tokens."""
    persona = (ROOT / "me.txt").read_text().strip()
    budget = Budget(Settings(openai_api_key=KEY, max_output_tokens=output), Databases(None, Path("unused")))
    return budget.find_worst_case([{"content": persona}, {"content": message}]).tokens


def fetch_spend(pythons: WarmPythons, service: Service, **settings: str) -> dict[str, Any]:
    """Today's spend, as the owner sees it."""
    env = {"PATH": os.environ["PATH"], "OPENAI_API_KEY": KEY, **settings}
    (today,) = json.loads(pythons.run(["flask", "twin", "spend", "--json"], service.root, env).stdout)
    assert today["day"] == str(datetime.now(UTC).date())
    return dict(today)


def spent(service: Service) -> int:
    """Today's tokens, straight from the file."""
    with closing(sqlite3.connect(service.root / "instance" / "budget.db")) as connection:
        return int(connection.execute("SELECT tokens FROM budget_days").fetchone()[0])


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Budget]]:
    """Make a budget with settings, in a process of its own as far as it knows."""
    made: list[Budget] = []

    def with_settings(**settings: Any) -> Budget:
        given = Settings(openai_api_key=KEY, **settings)
        made.append(Budget(given, Databases(given.database_url, tmp_path)))
        return made[-1]

    yield with_settings
    for budget in made:
        budget.close()


def test_a_budget_holds_exactly_what_fits(make: Make, database_url: str) -> None:
    budgets = [make(database_url=database_url, daily_tokens=10**6) for _ in range(4)]
    worst = budgets[0].find_worst_case(MESSAGES).tokens
    budgets = [make(database_url=database_url, daily_tokens=20 * worst + 5) for _ in range(4)]

    def hold(number: int) -> bool:
        try:
            budgets[number % 4].hold(MESSAGES)
        except BudgetExhausted:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert Counter(pool.map(hold, range(200)))[True] == 20
    assert budgets[0].fetch_days(1)[0].tokens == 20 * worst


def test_a_day_that_many_begin_at_once_refuses_nobody(make: Make, database_url: str) -> None:
    budgets = [make(database_url=database_url) for _ in range(8)]
    for budget in budgets:
        budget.check()  # makes the table, and connects
    start = threading.Barrier(len(budgets))

    def hold(budget: Budget) -> None:
        start.wait()
        budget.hold(MESSAGES)

    for _ in range(50):
        with ThreadPoolExecutor(len(budgets)) as pool:
            list(pool.map(hold, budgets))
        assert budgets[0].fetch_days(1)[0].calls == len(budgets)
        budgets[0]._database.run(lambda connection: connection.execute(delete(budget_days)))


def test_a_settled_call_makes_room_for_others(make: Make, database_url: str) -> None:
    budget = make(database_url=database_url, daily_tokens=3_000)
    first = budget.hold(MESSAGES)
    with pytest.raises(BudgetExhausted):
        budget.hold(MESSAGES)
    first.settle(7, 5)
    budget.hold(MESSAGES).release()
    budget.hold(MESSAGES).settle(2_000, 900)  # more than the worst case, of a model that keeps to no cap
    (day,) = budget.fetch_days(1)
    assert (day.calls, day.tokens) == (2, 2_912)
    with pytest.raises(BudgetExhausted):
        budget.hold(MESSAGES)


def test_dollars_are_capped_too(make: Make) -> None:
    prices = {"usd_per_million_input": 0.15, "usd_per_million_output": 0.6}
    budget = make(daily_tokens=0, daily_usd=0.003, **prices)
    worst = budget.find_worst_case(MESSAGES)
    assert worst.nanodollars == (worst.tokens - 2_000) * 150 + 2_000 * 600
    for _ in range(2):
        budget.hold(MESSAGES)
    with pytest.raises(BudgetExhausted):
        budget.hold(MESSAGES)
    assert budget.fetch_days(1)[0].usd == pytest.approx(2 * worst.nanodollars / 10**9)


@given(
    prices=st.tuples(*[st.floats(0, 1_000)] * 2),
    counts=st.tuples(*[st.integers(0, 10**6)] * 2),
)
def test_a_price_is_never_rounded_down(prices: tuple[float, float], counts: tuple[int, int]) -> None:
    settings = Settings(daily_tokens=0, usd_per_million_input=prices[0], usd_per_million_output=prices[1])
    cost = Budget(settings, Databases(None, Path("unused"))).price(*counts)
    assert cost.nanodollars >= (prices[0] * counts[0] + prices[1] * counts[1]) * 1_000 * (1 - 1e-12)
    assert cost.tokens == sum(counts)


def test_every_byte_that_is_sent_counts(make: Make) -> None:
    plain, extended = make(), make(openai_extra={"tools": "é" * 100})
    messages = [{"content": "é" * 1_000}]
    assert plain.find_worst_case(messages).tokens >= 2_000 + 2_000
    assert extended.find_worst_case(messages).tokens >= plain.find_worst_case(messages).tokens + 200
    longer_when_normalized = [{"content": "\U0001d160" * 100}, {"content": "\ufdfa" * 100}]
    assert plain.find_worst_case(longer_when_normalized).tokens >= 2_000 + 1_200 + 3_300


def test_a_database_that_is_not_there_lets_nothing_pass(make: Make) -> None:
    budget = make(database_url="postgresql://127.0.0.1:1/nothing")
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            budget.hold(MESSAGES)


@pytest.mark.parametrize("is_streamed", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["plain", "streamed"])
def test_500_chats_at_once_never_pass_a_budget_for_20(
    start_service: Callable[..., Service],
    pythons: WarmPythons,
    model: ScriptedModel,
    database_url: str,
    is_streamed: bool,
) -> None:
    output = 100
    cap = 20 * worst_case(output=output) + 10
    shared = {"DATABASE_URL": database_url, "DAILY_TOKENS": str(cap), "MAX_OUTPUT_TOKENS": str(output)}
    service = start_service("gunicorn", WEB_CONCURRENCY="4", **shared)
    all_are_held = threading.Event()
    model.otherwise = waits_for(all_are_held, answers())
    headers = {"Accept": "text/event-stream"} if is_streamed else {}
    refused: list[httpx2.Response] = []

    def chat(_: int) -> int:
        answer = service.http.post("/chat", json={"message": "Who are you?"}, headers=headers, timeout=PATIENCE)
        if answer.status_code == 429:
            assert_problem(answer, 429, "budget_exhausted")
            refused.append(answer)
            if len(refused) == CALLERS - 20:
                all_are_held.set()
        return answer.status_code

    with ThreadPoolExecutor(CALLERS) as pool:
        statuses = Counter(pool.map(chat, range(CALLERS)))
    assert statuses == {200: 20, 429: CALLERS - 20}
    assert len(model.requests) == 20
    assert fetch_spend(pythons, service, **shared) | {"usd": 0} == {
        "day": str(datetime.now(UTC).date()),
        "calls": 20,
        "tokens": 20 * SETTLED,
        "usd": 0,
    }
    model.otherwise = answers()
    assert service.chat().status_code == 200  # what was not used after all is there for others


def test_what_was_held_when_the_process_died_stays_held(
    start_service: Callable[..., Service], model: ScriptedModel, database_url: str
) -> None:
    shared = {"DATABASE_URL": database_url, "DAILY_TOKENS": str(3 * worst_case()), "WEB_CONCURRENCY": "2"}
    service = start_service("gunicorn", **shared)
    model.otherwise = writes(b"", then="stall")
    with ThreadPoolExecutor(2) as pool:
        chats = [pool.submit(service.chat) for _ in range(2)]
        wait_until(lambda: len(model.requests) == 2)
        os.killpg(service.process.pid, signal.SIGKILL)
        assert all(isinstance(chat.exception(), httpx2.HTTPError) for chat in chats)
    service.process.wait()
    model.otherwise = without_usage()
    service.start()
    assert service.chat().status_code == 200
    assert_problem(service.chat(), 429, "budget_exhausted")
    assert len(model.requests) == 3


GARBAGE = [None, {}, [], "many", 7, {"prompt_tokens": -7, "completion_tokens": 5}, {"prompt_tokens": "7"}]
GARBAGE += [{"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": 7.5, "completion_tokens": 5}]
GARBAGE += [{"prompt_tokens": True, "completion_tokens": 5}, {"prompt_tokens": 10**30, "completion_tokens": 5}]


@pytest.mark.parametrize("usage", GARBAGE, ids=repr)
def test_usage_that_is_none_settles_nothing(usage: object) -> None:
    body = json.loads(completion()) | {"usage": usage}
    assert read_completion(json.dumps(body).encode()).usage is None


def test_reasoning_that_only_the_total_counts_is_paid_for() -> None:
    body = json.loads(completion()) | {"usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 1_512}}
    usage = read_completion(json.dumps(body).encode()).usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.written) == (7, 1_505)


def finishes_with_usage() -> Step:
    """What Mistral does: the usage is in the chunk that says why it finished."""
    last = json.loads(chunk(finish_reason="stop").removeprefix(b"data: ")) | {"usage": USAGE}
    body = chunk("Hello.") + b"data: " + json.dumps(last).encode() + b"\n\n" + DONE
    return writes(STREAM_HEAD + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


@pytest.mark.parametrize(
    ("steps", "is_streamed", "worst_cases", "settled"),
    [
        ([answers()], False, 0, 1),
        ([answers()], True, 0, 1),
        ([finishes_with_usage()], True, 0, 1),
        ([without_usage()], False, 1, 0),
        ([streams("Hello.", then="close")], True, 1, 0),
        ([fails(500), fails(502), answers()], False, 2, 1),
        ([writes(b""), fails(429), answers()], True, 1, 1),
        ([writes(b"", then="reset")] * 3, False, 3, 0),
        ([answers(""), answers()], False, 0, 2),
        ([fails(503)] * 3, False, 0, 0),
        ([fails(401)], True, 0, 0),
        ([fails(400, "content_filter")], False, 1, 0),
    ],
)
def test_each_attempt_counts_until_it_is_settled_or_refused(
    gunicorn: Service, model: ScriptedModel, steps: list[Step], is_streamed: bool, worst_cases: int, settled: int
) -> None:
    model.script.extend(steps)
    before = spent(gunicorn)
    headers = {"Accept": "text/event-stream"} if is_streamed else {}
    gunicorn.http.post("/chat", json={"message": "Hi"}, headers=headers)
    assert not model.script
    assert spent(gunicorn) - before == worst_cases * worst_case("Hi") + settled * SETTLED


def test_a_stream_that_the_visitor_leaves_costs_its_worst_case(gunicorn: Service, model: ScriptedModel) -> None:
    model.otherwise = streams("One ", finish_reason=None, then="stall")
    before = spent(gunicorn)
    with opened(gunicorn) as (_, events):
        while next(events)[0] != "delta":
            pass
    wait_until(lambda: model.left)
    assert spent(gunicorn) - before == worst_case("Hi")


def test_visitors_who_leave_before_anything_is_sent_cost_nothing(
    start_service: Callable[..., Service], pythons: WarmPythons, model: ScriptedModel
) -> None:
    service = start_service("gunicorn")
    body = b'{"message": "Hi"}'
    head = b"POST /chat HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    for _ in range(200):
        with socket.create_connection(("127.0.0.1", service.port)) as visitor:
            visitor.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wait_until(lambda: service.log().count('"POST /chat"') == 200)

    def is_let_go() -> bool:
        return fetch_spend(pythons, service)["calls"] <= len(model.requests) + 10  # whose request was on its way

    wait_until(is_let_go, "what nobody was asked for stays held")  # a call is let go after its visitor's line is logged


def test_a_file_that_another_process_locks_holds_up_only_chats(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn")
    assert service.chat().status_code == 200
    with closing(sqlite3.connect(service.root / "instance" / "budget.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(20) as pool:
            chats = [pool.submit(service.chat) for _ in range(20)]
            assert [service.http.get("/health").status_code for _ in range(5)] == [200] * 5
            assert not any(chat.done() for chat in chats), "the process waited with them"
            for chat in chats:
                assert_problem(chat.result(), 503, "memory_unavailable")
        other.execute("ROLLBACK")
    wait_until(lambda: service.chat().status_code == 200)
    assert len(model.requests) == 2
    assert service.log().count("No model is asked until it answers") == 1


def lose_all_tables(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)


def test_a_database_that_comes_back_empty_is_used_again(make: Make, database_url: str) -> None:
    budget = make(database_url=database_url)
    budget.hold(MESSAGES)
    budget._database.run(lose_all_tables)
    with pytest.raises(StoreUnavailable):
        budget.hold(MESSAGES)

    def is_held() -> bool:
        with suppress(StoreUnavailable):
            budget.hold(MESSAGES)
            return True
        return False

    wait_until(is_held)
    assert budget.fetch_days(1)[0].calls == 1


def test_a_provider_that_cannot_be_reached_costs_nothing(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", OPENAI_BASE_URL="http://127.0.0.1:1/v1")
    assert_problem(service.chat(), 502, "model_failed")
    assert spent(service) == 0


def test_visitors_are_told_how_to_reach_the_owner(
    start_service: Callable[..., Service], model: ScriptedModel, page: Page
) -> None:
    contact = "Write to ada@example.org."
    service = start_service("gunicorn", DAILY_TOKENS="1", CONTACT=contact)
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = service.http.post("/chat", json={"message": "Hi"}, headers=headers)
        problem = assert_problem(answer, 429, "budget_exhausted")
        assert str(problem["detail"]).endswith(contact)
        assert 1 <= int(answer.headers["Retry-After"]) <= 86_400
    page.goto(service.url)
    page.get_by_role("textbox").fill("Hi")
    page.keyboard.press("Enter")
    note = page.locator("#turns").get_by_text(contact)
    expect(note).to_have_text(re.compile(rf"{BudgetExhausted.detail} Please try again in \d+ \w+\. {contact}"))
    assert not model.requests
    assert service.log().count("DAILY_TOKENS, DAILY_USD: what") == 1


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL of one's own, to be stopped or frozen."""
    server = PostgresServer(tmp_path / "postgres")
    yield server
    server.freeze(frozen=False)
    server.close()


def test_a_database_that_stops_costs_answers_but_no_money_and_comes_back(
    start_service: Callable[..., Service], model: ScriptedModel, postgres: PostgresServer
) -> None:
    service = start_service("gunicorn", DATABASE_URL=postgres.make_database())
    assert service.chat().status_code == 200
    assert service.http.get("/ready").status_code == 200
    postgres.stop()
    answer = service.chat()
    assert_problem(answer, 503, "memory_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert_problem(service.http.get("/ready"), 503, "not_ready")
    assert service.http.get("/health").status_code == 200
    assert len(model.requests) == 1
    postgres.start()
    wait_until(lambda: service.http.get("/ready").status_code == 200)
    assert stream(service)[-1][0] == "done"
    assert service.http.get("/ready").status_code == 200
    assert service.log().count("No model is asked until it answers") == 1
    assert "Traceback" not in service.log()


@pytest.mark.soak
def test_a_database_that_says_nothing_more_holds_nobody_for_ever(
    start_service: Callable[..., Service], model: ScriptedModel, postgres: PostgresServer
) -> None:
    service = start_service("gunicorn", DATABASE_URL=postgres.make_database())
    assert service.chat().status_code == 200
    postgres.freeze(frozen=True)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: service.chat(), range(50)))
    for answer in answers:
        assert_problem(answer, 503, "memory_unavailable")
    assert len(model.requests) == 1
    postgres.freeze(frozen=False)
    wait_until(lambda: service.http.get("/ready").status_code == 200)
    assert service.chat().status_code == 200  # the model's breaker has nothing to do with it


def test_without_a_cap_nothing_is_counted(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", DAILY_TOKENS="0")
    assert service.chat().status_code == 200
    assert not [path for path in (service.root / "instance").iterdir() if "budget" in path.name]
