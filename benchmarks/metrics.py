# ruff: noqa: E402 - nothing is imported before gevent has patched it
"""What metrics cost: what one chat records, and one answer to Prometheus, in microseconds of CPU.

Beside it the same counts through prometheus-client in its mode for many processes.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()  # as the service has it

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from sys import path

path.insert(0, str(Path(__file__).resolve().parent.parent))

from twin.telemetry.catalogue import CHAT_SECONDS, DATABASE_SECONDS
from twin.telemetry.exposition import expose
from twin.telemetry.logs import ChatReport
from twin.telemetry.metrics import Metrics

ACCESSES = 6  # to the database, of a chat that is remembered and budgeted
CHATS = 10_000
CHAT = ChatReport("stop", first_token_ms=300, prompt_tokens=700, completion_tokens=50, sources=1, repaired=1)


def make_own(metrics: Metrics) -> Callable[[], None]:
    """Return what records all of one chat."""

    def record() -> None:
        metrics.change_in_flight(1)
        for _ in range(ACCESSES):
            metrics.record_database(0.002, has_failed=False)
        metrics.record_response("first", 200)
        metrics.record_usage(700, 50)
        metrics.record_cost(0.001)
        metrics.change_in_flight(-1)
        metrics.record_chat(CHAT, "stream", 3.2)

    return record


def make_library() -> Callable[[], None]:
    """Return the same with prometheus-client, whose mode a variable decides when it is imported."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp()
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

    registry = CollectorRegistry()
    chats = Counter("chats", "…", ["door", "outcome"], registry=registry)
    responses = Counter("responses", "…", ["model", "status"], registry=registry)
    tokens = Counter("tokens", "…", ["direction"], registry=registry)
    contacts = Counter("contacts", "…", ["action"], registry=registry)
    cost = Counter("cost", "…", registry=registry)
    sourced = Counter("sourced", "…", registry=registry)
    flight = Gauge("flight", "…", registry=registry, multiprocess_mode="livesum")
    first = Histogram("first", "…", ["door"], registry=registry, buckets=CHAT_SECONDS)
    whole = Histogram("whole", "…", ["door"], registry=registry, buckets=CHAT_SECONDS)
    database = Histogram("database", "…", registry=registry, buckets=DATABASE_SECONDS)

    def record() -> None:
        flight.inc()
        for _ in range(ACCESSES):
            database.observe(0.002)
        responses.labels("first", "200").inc()
        tokens.labels("read").inc(700)
        tokens.labels("written").inc(50)
        cost.inc(0.001)
        flight.dec()
        chats.labels("stream", "stop").inc()
        whole.labels("stream").observe(3.2)
        first.labels("stream").observe(0.3)
        sourced.inc()
        contacts.labels("repaired").inc()

    return record


def measure(run: Callable[[], object], times: int) -> float:
    """Return the microseconds of CPU that one run takes, the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for _ in range(times):
            run()
        best = min(best, (time.process_time() - began) / times)
    return best * 1e6


def main() -> None:
    library, metrics = make_library(), Metrics()
    print(f"one chat, ours:                      {measure(make_own(metrics), CHATS):8.1f} µs")
    print(f"one chat, prometheus-client's files: {measure(library, CHATS):8.1f} µs")
    expose(metrics, [], "")  # imports the format
    print(f"one answer to Prometheus:            {measure(lambda: expose(metrics, [], ''), 100):8.1f} µs")


if __name__ == "__main__":
    main()
