"""Connections that no call is using: one free list for each address, bounded in all."""

from __future__ import annotations

import math
import time
from collections import deque
from threading import Lock
from typing import Generic, Protocol, TypeVar

from ..system.alarms import Alarm, Alarms
from ..system.sidecar_process import Address
from .transport import IDLE_SECONDS

MAX_IDLE = 2_000  # to all addresses: as many as chats that one process answers at once, unless MAX_IN_FLIGHT says more


class Closable(Protocol):
    """A connection, as a free list knows it."""

    def close(self) -> None:
        """Close it."""


C = TypeVar("C", bound=Closable)


class IdleConnections(Generic[C]):
    """The free lists; safe to use from many threads at once."""

    def __init__(self, alarms: Alarms, seconds: float = IDLE_SECONDS) -> None:
        """Begin empty; `alarms` see to it that what was idle for `seconds` is closed."""
        self._alarms = alarms
        self._seconds = seconds
        self._lock = Lock()
        self._free: dict[Address, deque[tuple[float, C]]] = {}  # none empty; since when, the longest at the left
        self._count = 0
        self._sweeper: Alarm | None = None

    def take(self, address: Address) -> C | None:
        """Remove and return the connection to `address` that was used last, or None."""
        with self._lock:
            return self._remove(address, -1) if address in self._free else None

    def add(self, address: Address, connection: C) -> None:
        """Keep a connection to `address`; where that is one too many, close the one that is idle for the longest."""
        with self._lock:
            self._free.setdefault(address, deque()).append((time.monotonic(), connection))
            self._count += 1
            surplus = self._remove_oldest(math.inf) if self._count > MAX_IDLE else None
            self._sweep_later()
        if surplus is not None:
            surplus.close()

    def close(self) -> None:
        """Close all."""
        self._close_idle(math.inf)

    def _sweep(self) -> None:
        """Close what is idle for too long, and come back while there is more."""
        self._close_idle(time.monotonic() - self._seconds)
        with self._lock:
            self._sweeper = None
            if self._free:
                self._sweep_later()

    def _sweep_later(self) -> None:
        if self._sweeper is None:  # a call had an alarm before, so that there is a thread for this one
            self._sweeper = self._alarms.set(self._seconds, self._sweep)

    def _close_idle(self, since: float) -> None:
        while True:
            with self._lock:
                connection = self._remove_oldest(since)
            if connection is None:
                return
            connection.close()  # outside of the lock: others go on meanwhile

    def _remove_oldest(self, since: float) -> C | None:
        """Remove and return the connection that is idle for the longest, if it is since that instant or before."""
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
