"""Idle connections: a free list for each address, with a limit on their number in all."""

from __future__ import annotations

import math
import time
from collections import deque
from threading import Lock
from typing import Generic, Protocol, TypeVar

from ..system.address import Address
from ..system.alarms import Alarm, Alarms
from .transport import KEEP_ALIVE_SECONDS

MAX_IDLE = 2_000  # to all addresses: the default of MAX_IN_FLIGHT, the chats that one process answers at once


class Closable(Protocol):
    """An object that can be closed, such as a connection."""

    def close(self) -> None:
        """Close the connection."""


C = TypeVar("C", bound=Closable)


class IdleConnections(Generic[C]):
    """The free lists of all addresses; safe to use from many threads at once."""

    def __init__(self, alarms: Alarms, seconds: float = KEEP_ALIVE_SECONDS) -> None:
        """Begin empty; an alarm closes connections that were idle for `seconds`."""
        self._alarms = alarms
        self._seconds = seconds
        self._lock = Lock()
        # Each connection with the start of its idleness, the oldest at the left; no deque is empty.
        self._free: dict[Address, deque[tuple[float, C]]] = {}
        self._count = 0
        self._sweeper: Alarm | None = None

    def take(self, address: Address) -> C | None:
        """Remove and return the connection to `address` that was used last; None where there is none."""
        with self._lock:
            return self._remove(address, -1) if address in self._free else None

    def add(self, address: Address, connection: C) -> None:
        """Keep a connection to `address`; above MAX_IDLE, close the connection with the longest idleness."""
        with self._lock:
            self._free.setdefault(address, deque()).append((time.monotonic(), connection))
            self._count += 1
            surplus = self._remove_oldest(math.inf) if self._count > MAX_IDLE else None
            self._sweep_later()
        if surplus is not None:
            surplus.close()

    def close(self) -> None:
        """Close all idle connections."""
        self._close_idle(math.inf)

    def _sweep(self) -> None:
        """Close connections that were idle for too long, and set the next alarm while any are left."""
        self._close_idle(time.monotonic() - self._seconds)
        with self._lock:
            self._sweeper = None
            if self._free:
                self._sweep_later()

    def _sweep_later(self) -> None:
        if self._sweeper is None:  # its call had an alarm, so the alarms' thread runs
            self._sweeper = self._alarms.set(self._seconds, self._sweep)

    def _close_idle(self, since: float) -> None:
        while True:
            with self._lock:
                connection = self._remove_oldest(since)
            if connection is None:
                return
            connection.close()  # outside of the lock, since closing may take time

    def _remove_oldest(self, since: float) -> C | None:
        """Remove and return the connection with the longest idleness, if that began at `since` or before."""
        address = min(self._free, key=self._began, default=None)
        return self._remove(address, 0) if address is not None and self._began(address) <= since else None

    def _began(self, address: Address) -> float:
        return self._free[address][0][0]

    def _remove(self, address: Address, position: int) -> C:
        idle = self._free[address]
        _, connection = idle[position]
        del idle[position]
        if not idle:
            del self._free[address]
        self._count -= 1
        return connection
