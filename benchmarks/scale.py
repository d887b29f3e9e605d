"""Check that many processes and services on one PostgreSQL and Redis give the guarantees of a single process.

`.venv/bin/python -m benchmarks.scale [CHATS]`, 500 by default. Two visitors of each session ask at once, each in
another process; the rate limit of their address allows four fifths of the chats. Answers, stored messages and the
day's cost are counted.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx2
from sqlalchemy import create_engine, func, select

from tests.support.scripted_model import ScriptedModel, answers, later
from tests.support.service import copy_project
from tests.support.stores import PostgresServer, RedisServer
from twin.stores.tables import budget_days, messages

from .chats.contestants import CORE, OTHERS, Contestant

SESSIONS = 20
TOKENS = 12  # of each call, as the scripted model reports them
MODEL_SECONDS = 0.05


def ask(service: Contestant, session: str, number: int) -> int:
    """Ask one question, and return the status of the response."""
    answer = httpx2.post(
        f"http://127.0.0.1:{service.port}/chat",
        json={"message": f"Question {number}", "session_id": session},
        timeout=60,
    )
    return answer.status_code


def measure(name: str, services: Sequence[Contestant], database: str, asked: int) -> None:
    for service in services:
        service.start()
    try:
        for service in services:
            service.wait("/ready")
        sessions = [str(uuid4()) for _ in range(SESSIONS)]
        with ThreadPoolExecutor(2 * SESSIONS) as visitors:
            asking = [
                visitors.submit(ask, services[number % len(services)], sessions[number % SESSIONS], number)
                for number in range(asked)
            ]
            met = [each.result() for each in asking]
        time.sleep(1)  # the cost is settled after the answer was sent
        with create_engine(database).connect() as connection:
            kept = connection.execute(
                select(messages.c.session_id, func.count(), func.max(messages.c.position)).group_by(
                    messages.c.session_id
                )
            ).all()
            day = connection.execute(select(func.sum(budget_days.c.calls), func.sum(budget_days.c.tokens))).one()
    finally:
        for service in services:
            service.stop()
    statuses = Counter(met)
    print(f"{name}: answers {dict(statuses)} of {asked} with {allow(asked)} allowed")
    print(f"  {sum(row[1] for row in kept)} messages in {len(kept)} sessions", end=", ")
    print(f"without a gap in {sum(row[1] == row[2] + 1 for row in kept)}")
    print(f"  {day[0]} calls and {day[1]} tokens counted, of {TOKENS} each", flush=True)


def allow(asked: int) -> int:
    """Return how many of the chats the rate limit allows."""
    return asked * 4 // 5


def main() -> None:
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    model = ScriptedModel()
    model.otherwise = later(MODEL_SECONDS, answers())
    with TemporaryDirectory() as folder:
        root = copy_project(Path(folder).resolve() / "twin")
        redis, postgres = RedisServer(root.parent).start(), PostgresServer(root.parent / "postgres")
        try:
            for name, count, workers in (("one process", 1, 1), ("four workers", 1, 4), ("four services", 4, 1)):
                database = postgres.make_database()
                settings = {
                    "OPENAI_API_KEY": "unused",
                    "OPENAI_BASE_URL": model.url,
                    "MEMORY": "on",
                    "WEB_CONCURRENCY": str(workers),
                    "DATABASE_URL": database,
                    "REDIS_URL": f"{redis.url[:-1]}{count if workers == 1 else 9}",
                    "RATE_PER_MINUTE": str(allow(asked)),
                    "RATE_PER_DAY": "100000",
                    "DAILY_TOKENS": str(10**12),
                }
                services = [
                    Contestant(f"{name} {number}", ["gunicorn", "wsgi:app"], root, settings, ",".join([CORE, *OTHERS]))
                    for number in range(count)
                ]
                measure(name, services, database, asked)
        finally:
            redis.stop()
            postgres.close()
    model.close()


if __name__ == "__main__":
    main()
