"""The metrics of many mixed chats, over four workers of which one is killed, beside what model and clients counted."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import psutil
import pytest

from ..support.metrics import Series, scrape, used
from ..support.scripted_model import (
    ScriptedModel,
    Step,
    answers,
    completion,
    fails,
    follows,
    sends,
    streams,
    waits_for,
    writes,
)
from ..support.service import Service, wait_until
from ..support.settings import METRICS_TOKEN
from ..support.spend import spent
from ..support.streams import STREAM, opened

OWNER = "You are Roger. Write to roger@example.com or see https://example.com/cv."
FAQ = '{"question": "Where do you live?", "answer": "In Fife."}'
HANGING = 24  # chats in flight at the kill: some in each worker
GREEDY = completion().replace(b'"completion_tokens": 5', b'"completion_tokens": 9000000')
ALWAYS = "198.51.100.1"  # the one visitor who asks too often

# What a question makes the model do, and the statuses that it so answers with: `none` where no response comes.
STEPS: dict[str, tuple[Step, str]] = {
    "plain": (answers(), "200"),
    "cut": (answers("Half", "length"), "200"),
    "declined": (answers(None, "content_filter"), "200"),
    "unknown": (answers("[?] I have no idea."), "200"),
    "wrong contact": (answers("Write to boss@evil.com or to rogr@example.com."), "200"),
    "made up": (answers("I won the Nobel Prize in 1987."), "200"),
    "broken": (fails(500), "500"),
    "busy": (fails(429, retry_after="100"), "429"),
    "no key": (fails(401), "401"),
    "reset": (writes(b"", then="reset"), "none"),
    "nonsense": (follows(sends("<html>", content_type="text/html"), streams(b"data: {]\n\n")), "200"),
    "empty": (answers(""), "200"),
}
# Of ten questions as many have a fault of the model as one model has in a bad hour; five in a row open the breaker.
ASKED = ["plain", "cut", "unknown", "broken", "declined", "faq", "plain", "made up", "busy", "wrong contact"]
ASKED += ["plain", "no key", "plain", "faq", "reset", "plain", "unknown", "left", "plain", "too often"]
ASKED += ["plain", "nonsense", "made up", "plain", "faq", "empty", "plain", "malformed", "plain", "left"]


class Ledger:
    """What the model and the clients counted."""

    def __init__(self, model: ScriptedModel) -> None:
        self.chats: Counter[tuple[str, ...]] = Counter()  # by door and outcome
        self.statuses: Counter[tuple[str, ...]] = Counter()
        self.said: Counter[str] = Counter()
        self.refusals: Counter[tuple[str, ...]] = Counter()
        self.is_killed = threading.Event()  # what the model waits for, while a worker is killed
        for name, (step, status) in STEPS.items():
            model.asked[f"<{name}>"] = self.count(step, status, has_usage=status == "200" and name != "nonsense")
        stalling = self.count(streams("Half ", finish_reason=None, then="stall"), has_usage=False)
        model.asked["<left>"] = follows(waits_for(self.is_killed, self.count(answers())), stalling)
        model.otherwise = self.count(answers())

    def note(self, door: str, outcome: str) -> None:
        self.chats[door, outcome] += 1

    def note_answer(self, door: str, answer: dict[str, object]) -> None:
        """Note what a client was told."""
        is_faq = answer.get("speaker") == "approved"
        self.note(door, "faq" if is_faq else str(answer.get("finish_reason", "stop")))
        self.said["unknown"] += answer.get("grounded") is False
        self.said["unsupported"] += "unsupported" in answer
        self.said["sourced"] += "sources" in answer and not is_faq
        grounding = answer.get("grounding", {})
        assert isinstance(grounding, dict)
        for action in ("repaired", "removed"):
            self.said[action] += len(grounding.get(action, ()))

    def note_problem(self, door: str, problem: dict[str, object]) -> None:
        code = str(problem["code"])
        if code == "bad_json":
            self.refusals[(code,)] += 1
            return
        self.note(door, code)
        if code == "budget_exhausted":
            self.refusals[(code,)] += 1
        if code == "rate_limited":
            self.refusals[("rate_minute",)] += 1

    def count(self, step: Step, status: str = "200", *, has_usage: bool = True) -> Step:
        """Do the step, and count its status, and whether it reports its tokens."""

        async def counted(writer: asyncio.StreamWriter) -> bool:
            self.statuses["first", status] += 1
            self.said["reports"] += has_usage
            return await step(writer)

        streamed = getattr(step, "streamed", None)
        return follows(counted, self.count(streamed, status, has_usage=has_usage)) if streamed else counted


def ask(service: Service, ledger: Ledger, number: int, name: str, network: str = "10.0") -> None:
    """Ask one question, plain or streamed, as a visitor with an address of their own."""
    door = "stream" if number % 2 or name == "left" else "chat"
    message = "Where do you live?" if name == "faq" else f"<{name}>"
    visitor = ALWAYS if name == "too often" else f"{network}.{number // 200}.{number % 200}"
    headers = {"X-Forwarded-For": visitor} | (STREAM if door == "stream" else {})
    if name == "malformed":
        answer = service.http.post("/chat", content=b"{", headers=headers | {"Content-Type": "application/json"})
        return ledger.note_problem(door, answer.json())
    if door == "chat":
        answer = service.http.post("/chat", json={"message": message}, headers=headers)
        note = ledger.note_answer if answer.status_code == 200 else ledger.note_problem
        return note(door, answer.json())
    with opened(service, message, headers) as (answer, events):
        if answer.status_code != 200:
            return ledger.note_problem(door, httpx2.Response(200, content=answer.read()).json())
        for kind, data in events:
            if kind == "delta" and name == "left":
                return ledger.note(door, "left")
            if kind == "done":
                ledger.note_answer(door, data)
            elif kind == "error":
                ledger.note_problem(door, data)
    return None


def ask_many(service: Service, ledger: Ledger, count: int, network: str) -> None:
    def ask_next(number: int) -> None:
        ask(service, ledger, number, ASKED[number % len(ASKED)], network)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask_next, range(count)))


def kill_one_with_its_chats(service: Service, ledger: Ledger, model: ScriptedModel) -> None:
    """Kill a worker of four while many chats are in flight; those of the others are answered."""

    def hang(number: int) -> None:
        try:
            headers = {"X-Forwarded-For": f"10.9.0.{number}"}
            answer = service.http.post("/chat", json={"message": "<left>"}, headers=headers)
            ledger.note_answer("chat", answer.json())
        except httpx2.HTTPError:
            ledger.said["killed"] += 1

    def count_in_flight() -> float:
        return scrape(service)["twin_chats_in_flight", ()]

    asked, left = len(model.requests), model.left
    with ThreadPoolExecutor(HANGING) as pool:
        asking = [pool.submit(hang, number) for number in range(HANGING)]
        wait_until(lambda: len(model.requests) == asked + HANGING)
        assert count_in_flight() == HANGING
        psutil.Process(service.process.pid).children()[0].kill()
        wait_until(lambda: scrape(service)["twin_workers_ended_total", ()] == 1)
        wait_until(lambda: count_in_flight() == HANGING - ledger.said["killed"], "gauges of the dead are left")
        wait_until(lambda: scrape(service)["twin_workers", ()] == 4)
        wait_until(lambda: model.left == left + ledger.said["killed"], "the model misses nobody")
        ledger.is_killed.set()
        for each in asking:
            each.result()


def count_chats(samples: dict[Series, float]) -> float:
    return sum(used(samples, "twin_chats_total").values())


def settle(service: Service, ledger: Ledger) -> dict[Series, float]:
    """Return the metrics once all chats have ended, a moment after their answers."""

    def is_settled() -> bool:
        samples = scrape(service)
        return samples["twin_chats_in_flight", ()] == 0 and count_chats(samples) >= ledger.chats.total()

    wait_until(is_settled, "the chats do not end")
    return scrape(service)


def assert_equal(samples: dict[Series, float], ledger: Ledger) -> None:
    """Compare the metrics with what model and clients counted."""
    begun: Counter[tuple[str, ...]] = Counter()
    for (door, outcome), number in ledger.chats.items():
        begun[door,] += number if outcome != "rate_limited" else 0
    assert used(samples, "twin_chats_total") == dict(ledger.chats)
    assert used(samples, "twin_chat_seconds_count") == dict(begun)
    assert used(samples, "twin_model_responses_total") == dict(ledger.statuses)
    assert used(samples, "twin_refusals_total") == dict(ledger.refusals)
    assert samples["twin_tokens_total", ("read",)] == 7 * ledger.said["reports"]
    said = {name: samples[f"twin_answers_{name}_total", ()] for name in ("unknown", "unsupported", "sourced")}
    said |= {action: samples["twin_contacts_total", (action,)] for action in ("repaired", "removed")}
    assert said == {name: ledger.said[name] for name in said}


@pytest.mark.parametrize("count", [150, pytest.param(1_000, marks=pytest.mark.soak)])
def test_the_metrics_of_many_chats_are_what_model_and_clients_counted(
    start_service: Callable[..., Service], model: ScriptedModel, count: int
) -> None:
    ledger = Ledger(model)
    settings = {"RATE_LIMITS": "on", "RATE_PER_MINUTE": "1", "TRUSTED_PROXIES": "1", "GROUNDING": "strict"}
    settings |= {"CLAIMS": "mark", "RULES": "on", "MAX_OUTPUT_TOKENS": "50", "DAILY_TOKENS": "10000000"}
    settings |= {"USD_PER_MILLION_INPUT": "10", "USD_PER_MILLION_OUTPUT": "30"}
    service = start_service("gunicorn", WEB_CONCURRENCY="4", METRICS_TOKEN=METRICS_TOKEN, **settings)
    prepare(service.root / "instance")
    ask_many(service, ledger, count // 2, "10.1")
    samples = settle(service, ledger)
    assert_equal(samples, ledger)
    assert {*ledger.chats} >= {("chat", "stop"), ("stream", "left"), ("stream", "faq"), ("chat", "model_failed")}
    assert samples["twin_budget_tokens", ("spent",)] == spent(service)
    assert samples["twin_cost_usd_total", ()] == pytest.approx(samples["twin_budget_usd", ("spent",)])
    kill_one_with_its_chats(service, ledger, model)
    ask_many(service, ledger, count // 2, "10.2")
    spend_all(service, ledger, model)
    assert_equal(settle(service, ledger), ledger)
    assert ledger.said["killed"] > 0


def spend_all(service: Service, ledger: Ledger, model: ScriptedModel) -> None:
    """Ask until the day's budget is spent."""
    model.asked["<plain>"] = ledger.count(sends(GREEDY))
    visitors = iter(range(100))
    while not ledger.refusals["budget_exhausted",]:
        ask(service, ledger, 2 * next(visitors), "plain", "10.3")


@pytest.mark.soak
def test_a_reload_and_workers_that_come_and_go_keep_what_was_counted(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", WEB_CONCURRENCY="2", METRICS_TOKEN=METRICS_TOKEN)
    for number, workers, ended in ((signal.SIGHUP, 2, 2), (signal.SIGTTIN, 3, 2), (signal.SIGTTOU, 2, 3)):
        before = count_chats(scrape(service))
        assert {service.chat().status_code for _ in range(5)} == {200}
        os.kill(service.process.pid, number)
        wait_until(lambda ended=ended: scrape(service)["twin_workers_ended_total", ()] == ended)
        wait_until(lambda workers=workers: scrape(service)["twin_workers", ()] == workers)
        assert count_chats(scrape(service)) == before + 5


def prepare(instance: Path) -> None:
    """Write who the twin is, and one answer to be given word for word."""
    (instance / "knowledge").mkdir()
    (instance / "knowledge" / "faq.jsonl").write_text(FAQ)
    (instance / "me.txt").write_text(OWNER)
