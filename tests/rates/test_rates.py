"""The limits on how often one visitor may ask."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from twin.errors import RateLimited
from twin.rates import Caller, Limit, Rates
from twin.rates.shared_windows import SharedWindows
from twin.rates.windows import MAX_CALLERS, ProcessWindows
from twin.settings import Settings
from twin.system.networks import network_of

from ..support.calls import assert_problem
from ..support.scripted_model import ScriptedModel
from ..support.service import Service, wait_until
from ..support.stores import RedisServer

PROXIED = {"RATE_LIMITS": "on", "RATE_PER_MINUTE": "3", "TRUSTED_PROXIES": "1"}


def ask_from(service: Service, forwarded: str | None = None, **headers: str) -> httpx2.Response:
    headers |= {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    return service.http.post("/chat", json={"message": "Hi"}, headers=headers)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_the_chat_after_the_last_is_refused_and_told_when(
    start_service: Callable[..., Service], model: ScriptedModel, accept: str
) -> None:
    service = start_service("gunicorn", RATE_LIMITS="on", RATE_PER_MINUTE="3", RATE_PER_DAY="10")
    answers = [ask_from(service, Accept=accept) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=3;w=60, "day";q=10;w=86400'
    left = [re.findall(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["RateLimit"]) for answer in answers]
    assert [(minute[1], day[1]) for minute, day in left[:3]] == [("2", "9"), ("1", "8"), ("0", "7")]
    assert_problem(answers[3], 429, "rate_limited")
    ((name, remaining, reset),) = left[3]
    assert (name, remaining, reset) == ("minute", "0", answers[3].headers["Retry-After"])
    assert 1 <= int(reset) <= 60
    assert len(model.requests) == 3
    assert service.http.get("/health").status_code == 200  # which asks no model


def test_the_day_has_a_limit_of_its_own(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", RATE_LIMITS="on", RATE_PER_DAY="2")
    answers = [ask_from(service) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 60 < int(answers[2].headers["Retry-After"]) <= 86_400


def test_what_is_no_chat_counts_as_none(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", RATE_LIMITS="on", RATE_PER_MINUTE="1")
    assert [service.chat("").status_code for _ in range(5)] == [422] * 5
    assert service.chat().status_code == 200
    assert service.chat().status_code == 429
    assert service.chat("").status_code == 422


def test_a_forged_address_gains_nothing_and_the_owner_is_told_once(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", RATE_LIMITS="on", RATE_PER_MINUTE="3")
    statuses = [ask_from(service, f"198.51.100.{number}").status_code for number in range(6)]
    assert statuses == [200, 200, 200, 429, 429, 429]
    assert service.log().count("TRUSTED_PROXIES is 0") == 1


@pytest.mark.parametrize("proxies", [1, 2])
def test_behind_proxies_each_visitor_counts_alone(start_service: Callable[..., Service], proxies: int) -> None:
    service = start_service("gunicorn", **(PROXIED | {"TRUSTED_PROXIES": str(proxies)}))
    added = "".join(f", 10.0.0.{number}" for number in range(proxies - 1))
    for visitor in ("198.51.100.1", "198.51.100.2", "2001:db8:0:1::1"):
        statuses = [ask_from(service, f"{forged}, {visitor}{added}").status_code for forged in range(4)]
        assert statuses == [200, 200, 200, 429]
    assert ask_from(service, f'", 198.51.100.1{added}').status_code == 429
    neighbour = ask_from(service, f"2001:db8:0:1:ffff::{added}")  # of the same /64
    assert neighbour.status_code == 429
    assert ask_from(service, f"2001:db8:0:2::1{added}").status_code == 200
    assert "TRUSTED_PROXIES" not in service.log()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        (" 192.0.2.7:50123", "192.0.2.7/32"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("[::ffff:192.0.2.7]:443", "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2002:c000:207::1", "192.0.2.7/32"),
        ("192.0.2.7%eth0", "unknown"),
        ("", "unknown"),
        ("unknown", "unknown"),
        ("_hidden", "unknown"),
        ("192.0.2.256", "unknown"),
        ("1" * 10_000, "unknown"),
    ],
)
def test_an_address_counts_as_its_network(address: str, network: str) -> None:
    assert network_of(address, 32, 64) == network


@given(st.text() | st.ip_addresses().map(str))
def test_no_address_is_a_fault(address: str) -> None:
    assert network_of(address, 32, 64)


def test_the_window_moves() -> None:
    windows, limits = ProcessWindows(), [Limit("second", 2, 1)]

    def count() -> tuple[int, bool]:
        (quota,) = windows.count("a", limits)
        return quota.remaining, quota.is_exceeded

    assert [count() for _ in range(3)] == [(1, False), (0, False), (0, True)]
    wait_until(lambda: not count()[1], "the window does not move")


def test_the_windows_in_redis_move(redis: RedisServer) -> None:
    windows, limits = SharedWindows(redis.url), [Limit("second", 1, 1), Limit("day", 2, 86_400)]

    def count() -> list[tuple[str, int, bool]]:
        return [(quota.name, quota.remaining, quota.is_exceeded) for quota in windows.count("a", limits)]

    assert count() == [("second", 0, False), ("day", 1, False)]
    assert count() == [("second", 0, True)]
    wait_until(lambda: count() == [("second", 0, False), ("day", 0, False)], "the window does not move")
    wait_until(lambda: count() == [("second", 0, False), ("day", 0, True)])
    assert windows.count("b", limits)[-1].remaining == 1


def test_no_number_of_visitors_fills_the_memory() -> None:
    windows, limits = ProcessWindows(), [Limit("day", 1, 86_400)]

    def is_admitted(number: int) -> bool:
        return not windows.count(str(number), limits)[-1].is_exceeded

    assert all(map(is_admitted, range(2 * MAX_CALLERS)))
    assert len(windows._windows) <= MAX_CALLERS
    assert not is_admitted(2 * MAX_CALLERS - 1)
    assert is_admitted(0)


def test_the_windows_in_redis_are_those_of_an_older_twin(redis: RedisServer) -> None:
    windows, limits = SharedWindows(redis.url), [Limit("minute", 3, 60)]
    with closing(Redis.from_url(redis.url)) as client:
        client.lpush("twin:LIMITER/192.0.2.7/32/3/1/minute", time.time() - 90, time.time() - 30)
        assert windows.count("192.0.2.7/32", limits)[0].remaining == 1
        assert [key.decode() for key in client.keys("*")] == ["twin:LIMITER/192.0.2.7/32/3/1/minute"]


@pytest.mark.parametrize("is_shared", [False, True])
def test_chats_at_once_are_counted_exactly(is_shared: bool, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("redis").url if is_shared else None
    processes = [Rates(Settings(rate_per_minute=50, redis_url=url)) for _ in range(2 if is_shared else 1)]

    def ask(number: int) -> bool:
        try:
            return bool(processes[number % len(processes)].admit(Caller.at("192.0.2.7")))
        except RateLimited:
            return False

    with ThreadPoolExecutor(40) as pool:
        assert Counter(pool.map(ask, range(200)))[True] == 50


def test_workers_that_share_a_redis_count_together(start_service: Callable[..., Service], redis: RedisServer) -> None:
    service = start_service(
        "gunicorn", RATE_LIMITS="on", RATE_PER_MINUTE="10", REDIS_URL=redis.url, WEB_CONCURRENCY="3"
    )
    with ThreadPoolExecutor(10) as pool:
        assert Counter(answer.status_code for answer in pool.map(lambda _: ask_from(service), range(40))) == {
            200: 10,
            429: 30,
        }


@pytest.mark.parametrize("is_frozen", [False, True], ids=["killed", "frozen"])
def test_without_redis_each_process_counts_for_itself_until_it_is_back(
    start_service: Callable[..., Service], redis: RedisServer, is_frozen: bool
) -> None:
    settings = {"RATE_LIMITS": "on", "RATE_PER_MINUTE": "5", "REDIS_URL": redis.url, "TRUSTED_PROXIES": "1"}
    services = [start_service("gunicorn", **settings) for _ in range(2)]
    seen: Counter[int] = Counter()
    end = threading.Event()

    def ask_all_the_time(number: int) -> None:
        while not end.is_set():
            seen[ask_from(services[number % 2], f"192.0.2.{number}").status_code] += 1

    with ThreadPoolExecutor(6) as pool:
        load = [pool.submit(ask_all_the_time, number) for number in range(6)]
        wait_until(lambda: seen[200] == 6 * 5)
        redis.freeze(frozen=True) if is_frozen else redis.stop()
        for service in services:
            wait_until(lambda service=service: "each process counts for itself" in service.log())
        assert [ask_from(service, "198.51.100.1").status_code for service in services for _ in range(6)] == [
            *([200] * 5 + [429]) * 2
        ]
        redis.freeze(frozen=False) if is_frozen else redis.start()
        for service in services:
            wait_until(lambda service=service: "all processes count together" in service.log())
        end.set()
        for future in load:
            future.result()
    assert set(seen) == {200, 429}
    together = [ask_from(services[number % 2], "198.51.100.2").status_code for number in range(6)]
    assert together == [200] * 5 + [429]
    assert [service.log().count("each process counts for itself") for service in services] == [1, 1]
    assert not any("Traceback" in service.log() for service in services)


def test_limits_can_be_switched_off(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", RATE_LIMITS="off", RATE_PER_MINUTE="1")
    answers = [ask_from(service) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers
