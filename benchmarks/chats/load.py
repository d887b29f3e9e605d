"""Visitors who come when they come, however slow the service is, and what they meet."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from dataclasses import dataclass, field
from typing import cast

from .wire import Plan, unspell

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TOOK = re.compile(rb'word ([a-j]+)"')
DELTA = re.compile(rb'data: \{"text": "([a-j]+) "\}\n')
SETTLE_SECONDS = 0.5
PATIENCE = 60.0  # seconds beyond what the model takes


@dataclass
class Sample:
    """What one visitor met."""

    due: float  # when they came, in seconds of time.monotonic
    added: float = 0.0  # milliseconds beyond what the model took, to all of the answer or, of a stream, its first word
    words: list[float] = field(default_factory=list)  # of a stream: how many milliseconds late each came
    is_well: bool = False  # whether there was a whole answer


class Visitors:
    """The visitors of a service on a port of this machine; a connection is used again, as a proxy would."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[_Connection] = []

    async def come(self, plan: Plan, rate: float, seconds: float, seed: int = 1) -> list[Sample]:
        """Have `rate` visitors a second come at random for some seconds; return what they met when all are gone."""
        chance, due, end = random.Random(seed), time.monotonic() + 0.01, time.monotonic() + seconds
        asking = []
        while (due := due + chance.expovariate(rate)) < end:
            await _wait_until(due)
            asking.append(asyncio.ensure_future(self.ask(plan, due)))
        return list(await asyncio.gather(*asking))

    async def ask(self, plan: Plan, due: float | None = None) -> Sample:
        """Ask once, for a stream where the plan has a pace."""
        sample = Sample(time.monotonic() if due is None else due)
        try:
            async with asyncio.timeout(plan.seconds + PATIENCE):
                connection = self._free.pop() if self._free else await self._connect()
                if await connection.exchange(_request(plan), sample, plan):
                    self._free.append(connection)
        except (OSError, TimeoutError):
            pass
        return sample

    async def leave(self) -> None:
        """Close the connections, and give the service time to close them too."""
        while self._free:
            self._free.pop().transport.close()
        await asyncio.sleep(SETTLE_SECONDS)

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(lambda: _Connection(self._free), "127.0.0.1", self._port))[1]


class _Connection(asyncio.Protocol):
    def __init__(self, free: list[_Connection]) -> None:
        self.transport: asyncio.Transport
        self._free = free
        self._received = bytearray()
        self._done: asyncio.Future[bool] | None = None

    def exchange(self, request: bytes, sample: Sample, plan: Plan) -> asyncio.Future[bool]:
        """Send a request, and return whether the connection can be used again, once there is an answer."""
        self._sample, self._plan, self._seen = sample, plan, 0
        self._received.clear()
        self._done = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._done

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._received += data
        if self._plan.every:
            self._read_stream(now)
        else:
            self._read_answer(now)

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self._free:
            self._free.remove(self)
        self._end(can_go_on=False)

    def _read_answer(self, now: float) -> None:
        end = self._received.find(b"\r\n\r\n")
        length = LENGTH.search(self._received, 0, end + 2) if end >= 0 else None
        if length is None or len(self._received) < end + 4 + int(length[1]):
            return
        if (took := TOOK.search(self._received, end)) and self._received.startswith(b"HTTP/1.1 200"):
            self._sample.added = 1e3 * (now - self._sample.due) - unspell(took[1]) / 1e3
            self._sample.is_well = True
        self._end(can_go_on=True)

    def _read_stream(self, now: float) -> None:
        for word in DELTA.finditer(self._received, self._seen):
            if not self._sample.words:
                self._sample.added = 1e3 * (now - self._sample.due - self._plan.wait)
            self._sample.words.append(1e3 * now - unspell(word[1]) / 1e3)
            self._seen = word.end()
        if self._received.endswith(b"\r\n0\r\n\r\n"):
            self._sample.is_well = len(self._sample.words) == self._plan.words
            self._end(can_go_on=True)

    def _end(self, *, can_go_on: bool) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(can_go_on)


async def _wait_until(moment: float) -> None:
    """Wait to the microsecond: the loop's timers are as coarse as what is measured."""
    while (left := moment - time.monotonic()) > 0:
        await asyncio.sleep(left - 0.002 if left > 0.002 else 0)


def _request(plan: Plan) -> bytes:
    body = json.dumps({"message": plan.message}).encode()
    accept = "text/event-stream" if plan.every else "application/json"
    head = f"POST /chat HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def drip(port: int, clients: int) -> None:
    """Have `clients` send the body of a chat a byte a second, and come back when they are sent away, for ever."""

    async def client(number: int) -> None:
        await asyncio.sleep(number / clients)
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                request = _request(Plan(1))
                at = request.index(b"\r\n\r\n") + 4
                writer.write(request[:at])
                for byte in request[at:-1]:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)
                writer.close()
            except OSError:
                await asyncio.sleep(1)

    await asyncio.gather(*map(client, range(clients)))
