"""What only many chats show: nothing is left behind, whatever the model or the clients do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .support.calls import chat_of, head, status_of
from .support.scripted_model import (
    STREAM_HEAD,
    ScriptedModel,
    Step,
    answers,
    chunk,
    drips,
    fails,
    follows,
    sends,
    streams,
    writes,
)
from .support.service import Service, processes_in, wait_until
from .support.streams import STREAM, read

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
STREAMED = b"%x\r\n%s\r\n" % (len(chunk("Half ")), chunk("Half "))
FAULTS: list[Step] = [
    fails(400),
    fails(401),
    fails(404),
    fails(429),
    fails(429, retry_after="1"),
    fails(429, "insufficient_quota"),
    fails(500),
    fails(502),
    fails(503),
    fails(504),
    writes(b""),
    writes(b"", then="reset"),
    writes(b"", then="stall"),
    writes(HEAD, then="reset"),
    follows(writes(HEAD + b"content-length: 500\r\n\r\n{"), streams("Half ", finish_reason=None)),
    follows(writes(HEAD + b"content-length: 500\r\n\r\n{", then="reset"), streams("Half ", then="reset")),
    follows(writes(HEAD + b"content-length: 500\r\n\r\n{", then="stall"), streams("Half ", then="stall")),
    writes(b"garbage\r\n\r\n"),
    follows(sends("<html>", content_type="text/html"), streams(b"data: {]\n\n")),
    follows(answers(""), streams("Half ", finish_reason="error")),
    follows(writes(HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n"), writes(STREAM_HEAD + STREAMED + b"zz\r\n")),
    drips(HEAD + b"content-length: 500\r\n\r\n" + b" " * 500),
]
PROBLEMS = {"model_busy", "model_failed", "model_misconfigured", "model_timeout"}


class Worker:
    """What the one worker of a service holds."""

    def __init__(self, service: Service) -> None:
        self._folder = Path(f"/proc/{max(processes_in(service.root))}")

    def count(self, what: str) -> int:
        """How many files (`fd`) or threads (`task`) are open."""
        return len(list((self._folder / what).iterdir()))

    def resident(self) -> float:
        """Megabytes of memory."""
        (line,) = [line for line in (self._folder / "status").read_text().splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1_000


def outcome(service: Service, message: str, is_streamed: bool) -> str:
    """Ask, and return how it ended: `done`, or a problem's code."""
    body = {"message": message}
    if not is_streamed:
        answer = service.http.post("/chat", json=body, timeout=10)
        return "done" if answer.status_code == 200 else str(answer.json()["code"])
    with service.http.stream("POST", "/chat", json=body, headers=STREAM, timeout=10) as answer:
        if answer.status_code != 200:
            return str(httpx2.Response(answer.status_code, content=answer.read()).json()["code"])
        name, data = [event for event in read(answer.iter_lines()) if event[0]][-1]
        return "done" if name == "done" else str(data["code"])


@pytest.mark.soak
def test_a_model_that_fails_in_every_way_leaves_nothing_behind(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", CHAT_DEADLINE="3")
    worker = Worker(service)
    assert outcome(service, "first", False) == "done"
    processes = sorted(processes_in(service.root))
    files, threads = worker.count("fd"), worker.count("task")
    turns = iter(range(10**9))
    lock = threading.Lock()

    def ask(number: int) -> str:
        with lock:
            if next(turns) % 10 in (0, 3, 7):
                model.script.append(FAULTS[next(turns) % len(FAULTS)])
        return outcome(service, str(number), number % 2 == 0)

    with ThreadPoolExecutor(30) as pool:
        outcomes = Counter(pool.map(ask, range(1_000)))
    assert outcomes.keys() <= PROBLEMS | {"done"}
    assert outcomes["done"] > 700
    model.script.clear()
    assert sorted(processes_in(service.root)) == processes, "a worker died"
    wait_until(lambda: worker.count("fd") <= files + 1, "connections are left over")
    assert worker.count("task") <= threads + 1
    assert "Traceback" not in service.log()


@pytest.mark.soak
@pytest.mark.parametrize("is_streamed", [False, True], ids=["plain", "streamed"])
def test_ten_thousand_chats_take_no_more_memory_than_one_thousand(
    start_service: Callable[..., Service], is_streamed: bool
) -> None:
    service = start_service("gunicorn", RATE_LIMITS="on", RATE_PER_DAY="100000", RATE_PER_MINUTE="100000")
    worker = Worker(service)
    with ThreadPoolExecutor(4) as pool:
        ends = Counter(pool.map(lambda number: outcome(service, str(number), is_streamed), range(1_000)))
        before = worker.resident()
        ends += Counter(pool.map(lambda number: outcome(service, str(number), is_streamed), range(9_000)))
    assert ends == {"done": 10_000}
    assert worker.resident() - before < 5


VALID = head("Content-Length: 50") + chat_of(50)
PIECES = [b"\r\n", b"\n", b"\0", b":", b" ", b"\xff", b"Host: a\r\n", b"Content-Length: 5\r\n", b"x" * 9_000]
PIECES += [b"Transfer-Encoding: chunked\r\n", b"HTTP/0.9", b"%00", b"0\r\n\r\n", b"Expect: 100-continue\r\n", b"-1"]


@pytest.fixture
def workers(gunicorn: Service) -> list[Path]:
    """Where the system says in which folder each process of the service works."""
    return [Path(f"/proc/{pid}/cwd") for pid in processes_in(gunicorn.root)]


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(VALID)), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=9)),
        min_size=1,
        max_size=5,
    )
)
def test_500_malformed_requests_are_refused_or_closed(
    gunicorn: Service, workers: list[Path], edits: list[tuple[int, int, bytes]]
) -> None:
    data = VALID
    for at, length, piece in edits:
        data = data[:at] + piece + data[at + length :]
    assert status_of(gunicorn.send(data, end=True)) < 500
    assert {worker.readlink() for worker in workers} == {gunicorn.root}, "a worker died"
