"""Measure the twin beside what a user would write instead: `make bench`, or `make bench-quick` for the ratios alone."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from tests.support.service import copy_project
from tests.support.stores import PostgresServer, RedisServer

from ..startup import write_documents, write_index
from . import measures
from .contestants import CORE, OTHERS, OURS, Contestant
from .load import Visitors, drip
from .measures import LATENCY, STREAM
from .model import FixedModel
from .report import DRIPPED, check, write_report
from .wire import Plan

ROUNDS = 3
MOST = {"MAX_IN_FLIGHT": "4000"}
LIMITS = {"RATE_LIMITS": "on", "RATE_PER_MINUTE": "100000", "RATE_PER_DAY": "100000", "DAILY_TOKENS": str(10**15)}
UVICORN = ["--port", "{port}", "--no-access-log", "--log-level", "warning"]
DRIPPING = 200


class Bench:
    """One run of all that is measured."""

    def __init__(self, folder: Path, model_url: str) -> None:
        self.results: defaultdict[str, list[float]] = defaultdict(list)
        self._folder = folder
        self._model = {"OPENAI_API_KEY": "unused", "OPENAI_BASE_URL": model_url, "OPENAI_MODEL": "scripted"}
        self.root = copy_project(folder / "rivals")

    def ours(self, name: str, settings: Mapping[str, str] | None = None, *, prepared: Path | None = None) -> Contestant:
        """Return the twin as its owners run it, with these settings, in a copy of the project."""
        root = prepared or copy_project(self._folder / name.replace(" ", "-"))
        return Contestant(name, ["gunicorn", "wsgi:app"], root, self._model | OURS | MOST | dict(settings or {}))

    def rival(self, name: str, app: str) -> Contestant:
        """Return one of what a user would write instead."""
        return Contestant(name, ["uvicorn", f"benchmarks.chats.rivals:{app}", *UVICORN], self.root, self._model)

    def note(self, measure: str, name: str, value: float) -> None:
        """Keep a value of a round."""
        self.results[f"{measure}|{name}"].append(value)
        print(f"{measure}, {name}: {value:.2f}", flush=True)

    async def start(self, service: Contestant) -> float:
        """Start a service, and return the seconds until its first answer."""
        began = time.monotonic()
        service.start()
        visitors = Visitors(service.port)
        path = "/ready" if "gunicorn" in service.command else "/docs"
        await asyncio.to_thread(service.wait, path)
        assert (await visitors.ask(Plan(0.0))).is_well
        await visitors.leave()
        return time.monotonic() - began

    async def floor(self, plan: Plan, calls: int, rate: float) -> measures.Floor:
        """Measure the floor."""
        return await measures.measure_floor(self.root, self._model, plan, calls, rate)

    async def latency(self, service: Contestant, seconds: float, seed: int, name: str = "") -> None:
        """Measure what a service adds at a low rate."""
        visitors = Visitors(service.port)
        found = await measures.measure_latency(visitors, seconds, seed)
        await visitors.leave()
        self.note("latency p50", name or service.name, found.p50)
        self.note("latency p99", name or service.name, found.p99)
        self.note("failed", name or service.name, found.failed)

    async def floor_latency(self, seconds: float) -> None:
        """Measure what bare calls add, at the same rate."""
        floor = await self.floor(LATENCY, int(20 * seconds), 20)
        self.note("latency p50", "floor", floor.added[len(floor.added) // 2])
        self.note("latency p99", "floor", floor.added[int(0.99 * len(floor.added))])

    async def in_flight(self, service: Contestant, count: int, seconds: float, seed: int, name: str = "") -> None:
        """Measure what chats cost with so many in flight."""
        visitors = Visitors(service.port)
        found = await measures.measure_in_flight(service, visitors, count, seconds, seed)
        await visitors.leave()
        self.note(f"cpu at {count}", name or service.name, found.cpu)
        self.note(f"resident at {count}", name or service.name, found.resident)
        self.note(f"resident once at {count}", name or service.name, found.proportional)
        self.note("failed", name or service.name, found.latency.failed)

    async def capacity(self, service: Contestant, guess: float, seconds: float, seed: int, name: str = "") -> float:
        """Measure the highest rate, and return it."""
        visitors = Visitors(service.port)
        found = await measures.find_capacity(visitors, guess, seconds, seed)
        await visitors.leave()
        self.note("capacity", name or service.name, found)
        return found

    async def streams(self, service: Contestant, count: int, name: str = "") -> None:
        """Measure streams."""
        visitors = Visitors(service.port)
        found = await measures.measure_streams(service, visitors, count)
        await visitors.leave()
        self.note(f"first word at {count}", name or service.name, found.first)
        self.note(f"cpu a word at {count}", name or service.name, found.cpu)
        self.note("failed", name or service.name, found.failed)


@contextmanager
def stores(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the URLs of a Redis and of two databases of a PostgreSQL."""
    redis, postgres = RedisServer(folder).start(), PostgresServer(folder / "postgres")
    try:
        yield redis.url, [postgres.make_database() for _ in range(2)]
    finally:
        redis.stop()
        postgres.close()


async def measure_all(bench: Bench) -> None:
    """Measure everything, in rounds in which each has its turn."""
    with ExitStack() as stack:
        redis, (first, second) = stack.enter_context(stores(bench.root.parent))
        read = copy_project(bench.root.parent / "read")
        write_documents(read / "instance" / "knowledge")
        print(f"{write_index(read)} passages are indexed.", flush=True)
        ours, rival = bench.ours("twin"), bench.rival("FastAPI", "app")
        blocking = bench.rival("FastAPI, synchronous client", "blocking_app")
        variants = [
            bench.ours("memory, SQLite", {"MEMORY": "on"}),
            bench.ours("memory, PostgreSQL", {"MEMORY": "on", "DATABASE_URL": first}),
            bench.ours("limits and budget", LIMITS),
            bench.ours(
                "limits and budget, Redis and PostgreSQL", LIMITS | {"REDIS_URL": redis, "DATABASE_URL": second}
            ),
            bench.ours("5,000 passages", prepared=read),
        ]
        for service in (ours, rival):
            for _ in range(ROUNDS - 1):
                bench.note("cold start", service.name, await bench.start(service))
                service.stop()
        for service in (ours, rival, blocking, *variants):
            stack.callback(service.stop)
            bench.note("cold start", service.name, await bench.start(service))
            bench.note("resident at 0", service.name, service.resident)
            bench.note("resident once at 0", service.name, service.proportional)
        guess = {"twin": 350.0, "FastAPI": 150.0}
        for seed in range(1, ROUNDS + 1):
            await bench.floor_latency(8)
            bench.note("cpu", "floor", (await bench.floor(Plan(0.005), 400, measures.IN_FLIGHT_RATE)).cpu)
            bench.note("first word at 1", "floor", (await bench.floor(STREAM, 3, 1)).added[1])
            for service in (ours, rival):
                await bench.latency(service, 6, seed)
                for count in (10, 100, 500, 1_000):
                    await bench.in_flight(service, count, 3, seed)
                guess[service.name] = await bench.capacity(service, guess[service.name], 2, seed)
                for count in (1, 100, 500):
                    await bench.streams(service, count)
            for service in variants:
                await bench.latency(service, 4, seed)
        await bench.latency(blocking, 4, 1)
        await bench.capacity(blocking, 2, 2, 1)
        dripping = asyncio.ensure_future(drip(ours.port, DRIPPING))
        await asyncio.sleep(2)
        for seed in range(1, ROUNDS):
            await bench.latency(ours, 5, seed, DRIPPED)
            await bench.in_flight(ours, 500, 3, seed, DRIPPED)
        await bench.capacity(ours, guess[ours.name], 2, 1, DRIPPED)
        await bench.streams(ours, 100, DRIPPED)
        dripping.cancel()


async def measure_ratios(bench: Bench) -> None:
    """Measure what the ratios need."""
    ours, rival = bench.ours("twin"), bench.rival("FastAPI", "app")
    with ExitStack() as stack:
        for service in (ours, rival):
            stack.callback(service.stop)
            await bench.start(service)
        for seed in (1, 2):
            await bench.floor_latency(3)
            bench.note("cpu", "floor", (await bench.floor(Plan(0.005), 200, measures.IN_FLIGHT_RATE)).cpu)
            for service in (ours, rival):
                await bench.latency(service, 3, seed)
                await bench.in_flight(service, 10, 3, seed)
                await bench.in_flight(service, 200, 3, seed)


async def run(*, is_quick: bool) -> int:
    """Measure, and return how many of the ratios are not what they must be."""
    server = await asyncio.get_running_loop().create_server(FixedModel, "127.0.0.1", 0, backlog=4_096)
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder).resolve(), f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        await (measure_ratios if is_quick else measure_all)(bench)
    if is_quick:
        return check(bench.results)
    write_report(bench.results)
    return 0


if __name__ == "__main__":
    os.sched_setaffinity(0, map(int, OTHERS or [CORE]))
    gc.disable()  # whose pauses would be the services'
    sys.exit(uvloop.run(run(is_quick="--quick" in sys.argv)))
