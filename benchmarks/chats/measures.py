"""What is measured of a service, each for some seconds of one round."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.support.service import ROOT

from .contestants import CORE, Contestant
from .load import Sample, Visitors
from .wire import Plan

LATENCY = Plan(wait=0.045)  # so that the floor, one call after the other, makes 20 a second
CHATS_PER_SECOND = 20
CAPACITY = Plan(wait=1.0)
MOST_ADDED = 250.0  # milliseconds of p99, at which a rate is too high
IN_FLIGHT_RATE = 100  # chats a second, of which each waits longer where more are to be in flight
STREAM = Plan(wait=0.2, words=30, every=0.1)


@dataclass(frozen=True)
class Latency:
    """What was added to the model's own time, in milliseconds."""

    p50: float
    p99: float
    failed: int

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Latency:
        """Return those of some visitors."""
        added = sorted(sample.added for sample in samples if sample.is_well)
        failed = len(samples) - len(added)
        return cls(median(added), added[int(0.99 * len(added))], failed) if added else cls(1e9, 1e9, failed)


async def measure_latency(visitors: Visitors, seconds: float, seed: int, rate: float = CHATS_PER_SECOND) -> Latency:
    """Return what is added at a low rate."""
    await visitors.come(LATENCY, rate, 1, seed)
    return Latency.of(await visitors.come(LATENCY, rate, seconds, seed))


@dataclass(frozen=True)
class InFlight:
    """What it takes to have so many chats in flight."""

    cpu: float  # milliseconds a chat
    latency: Latency
    resident: float  # MB
    proportional: float


async def measure_in_flight(service: Contestant, visitors: Visitors, count: int, seconds: float, seed: int) -> InFlight:
    """Return what chats cost while `count` are in flight, which takes as long to come about as one chat."""
    plan = Plan(wait=count / IN_FLIGHT_RATE)
    coming = asyncio.ensure_future(visitors.come(plan, IN_FLIGHT_RATE, plan.wait + 1 + seconds, seed))
    await asyncio.sleep(plan.wait + 1)
    cpu, began = service.cpu, time.monotonic()
    await asyncio.sleep(seconds)
    cpu, ended = service.cpu - cpu, time.monotonic()
    resident, proportional = service.resident, service.proportional
    samples = await coming
    # Of each chat the first half is paid when it comes, the other when it ends.
    halves = sum(began <= at < ended for sample in samples for at in (sample.due, sample.due + plan.wait))
    return InFlight(1e3 * cpu / (halves / 2), Latency.of(samples), resident, proportional)


async def find_capacity(visitors: Visitors, guess: float, seconds: float, seed: int) -> float:
    """Return the highest rate, to a tenth, at which the p99 of what is added stays under MOST_ADDED."""
    low, high, rate = 0.0, float("inf"), guess
    while high > 1.1 * low:
        samples = await visitors.come(CAPACITY, rate, 1 + seconds, seed)
        latency = Latency.of([sample for sample in samples if sample.due > samples[0].due + 1])
        if latency.p99 < MOST_ADDED and not latency.failed:
            low = rate
        else:
            high = rate
        rate = low * 1.25 if high == float("inf") else high / 1.25 if not low else (low + high) / 2
        if rate < 2:
            return rate
    return low


@dataclass(frozen=True)
class Streams:
    """What so many streams at once take."""

    first: float  # milliseconds added to the first word, at the median
    cpu: float  # milliseconds a word
    failed: int


async def measure_streams(service: Contestant, visitors: Visitors, count: int) -> Streams:
    """Return what `count` streams cost that begin one after the other in half the time of one."""
    cpu, began, asking = service.cpu, time.monotonic(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number * STREAM.seconds / 2 / count - time.monotonic()))
        asking.append(asyncio.ensure_future(visitors.ask(STREAM)))
    samples = await asyncio.gather(*asking)
    cpu = service.cpu - cpu
    words = sum(len(sample.words) for sample in samples)
    latency = Latency.of(samples)
    return Streams(latency.p50, 1e3 * cpu / max(words, 1), latency.failed)


@dataclass(frozen=True)
class Floor:
    """What bare calls take, one after the other."""

    added: list[float]  # milliseconds, sorted
    cpu: float  # milliseconds a call


async def measure_floor(root: Path, settings: Mapping[str, str], plan: Plan, calls: int, rate: float) -> Floor:
    """Return what a loop of calls takes that makes `rate` a second, on the services' core."""
    arguments = [calls, rate, plan.wait, plan.words, plan.every]
    process = await asyncio.create_subprocess_exec(
        *("taskset", "-c", CORE, sys.executable, str(ROOT / "benchmarks/chats/floor.py"), *map(str, arguments)),
        cwd=root,
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
    )
    said = json.loads((await process.communicate())[0])
    return Floor(sorted(said["added"]), said["cpu_ms"])
