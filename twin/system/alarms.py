"""Alarms: actions at a given time, unless cancelled, run by one thread where a Timer would take a thread for each."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count
from threading import Condition, Lock, Thread

from .threads import start_thread

logger = logging.getLogger(__name__)

SWEEP_ABOVE = 1_000  # alarms; among fewer, cancelled ones stay in the heap until they are due


class Alarm:
    """An action that is due at one time."""

    __slots__ = ("_action",)

    def __init__(self, action: Callable[[], object]) -> None:
        self._action: Callable[[], object] | None = action

    def cancel(self) -> None:
        """Drop the action, unless it has begun."""
        self._action = None

    @property
    def is_cancelled(self) -> bool:
        """Whether the action was dropped."""
        return self._action is None

    def ring(self) -> None:
        """Run the action, unless it was cancelled."""
        if action := self._action:
            action()


class Alarms:
    """The pending alarms and their thread; safe to use from many threads at once."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Alarm]] = []  # a heap
        self._number = count()  # orders alarms that are due at the same time
        self._sweep_above = SWEEP_ABOVE
        self._wakes_at = math.inf  # when the thread's wait ends by itself, also for a cancelled alarm
        self._changed = Condition(Lock())
        self._thread: Thread | None = None

    def set(self, seconds: float, action: Callable[[], object]) -> Alarm:
        """Run `action` in `seconds` from now; an action must not block, since all alarms share one thread.

        Raises Overloaded where no thread can be started.
        """
        alarm, due = Alarm(action), time.monotonic() + seconds
        with self._changed:
            if self._thread is None:  # not before, since a thread does not survive a fork
                self._thread = start_thread(self._run)
            heappush(self._due, (due, next(self._number), alarm))
            if len(self._due) > self._sweep_above:
                self._due = [entry for entry in self._due if not entry[2].is_cancelled]
                heapify(self._due)
                self._sweep_above = 2 * len(self._due) + SWEEP_ABOVE
            if due < self._wakes_at:
                self._wakes_at = due
                self._changed.notify()
        return alarm

    def _run(self) -> None:
        while True:
            try:
                self._wait_for_next().ring()
            except Exception:  # of this alarm; the others must still ring
                logger.exception("An alarm failed.")

    def _wait_for_next(self) -> Alarm:
        with self._changed:
            while True:
                while self._due and self._due[0][2].is_cancelled:
                    heappop(self._due)
                self._wakes_at = self._due[0][0] if self._due else math.inf
                seconds = self._wakes_at - time.monotonic()
                if seconds <= 0:
                    return heappop(self._due)[2]
                self._changed.wait(seconds if self._due else None)
