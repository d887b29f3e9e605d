"""What is to happen at a moment, unless it is cancelled: one thread for all, where a timer each would be one too."""

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

FEW = 1_000  # alarms of which nobody looks whether they are cancelled


class Alarm:
    """Something to do at a moment."""

    __slots__ = ("_action",)

    def __init__(self, action: Callable[[], object]) -> None:
        self._action: Callable[[], object] | None = action

    def cancel(self) -> None:
        """Do nothing then; it may just be happening."""
        self._action = None

    @property
    def is_cancelled(self) -> bool:
        """Whether there is nothing to do."""
        return self._action is None

    def ring(self) -> None:
        """Do it, if it was not cancelled."""
        if action := self._action:
            action()


class Alarms:
    """Those of one process, or of one part of it; safe to use from many threads at once."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Alarm]] = []  # a heap
        self._number = count()  # tells apart what is due at the same moment
        self._many = FEW
        self._wakes_at = math.inf  # when the thread looks by itself, were it only for an alarm that was cancelled
        self._changed = Condition(Lock())
        self._thread: Thread | None = None

    def set(self, seconds: float, action: Callable[[], object]) -> Alarm:
        """Do `action` so many seconds from now; it may not wait, for all others wait with it.

        Raises Overloaded where no thread can be started.
        """
        alarm, moment = Alarm(action), time.monotonic() + seconds
        with self._changed:
            if self._thread is None:  # after a fork, so not when the process starts
                self._thread = start_thread(self._run)
            heappush(self._due, (moment, next(self._number), alarm))
            if len(self._due) > self._many:
                self._due = [entry for entry in self._due if not entry[2].is_cancelled]
                heapify(self._due)
                self._many = 2 * len(self._due) + FEW
            if moment < self._wakes_at:
                self._wakes_at = moment
                self._changed.notify()
        return alarm

    def _run(self) -> None:
        while True:
            try:
                self._wait_for_next().ring()
            except Exception:  # of this one alone: the others are to ring at their moments
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
