"""Turns for other greenlets: long work calls `give_turn` often, so that no chat holds the process for long.

gevent switches only where a greenlet waits, and a greenlet whose data arrives in small pieces may not wait for seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import local

TURN_SECONDS = 0.005  # that a greenlet may run before the others get a turn
WAITED_SECONDS = 0.0005  # of a read; where it took longer, the others have had a turn
MIN_SLEEP_SECONDS = 1e-6  # a sleep of 0 would not let gevent's loop look at sockets


class Fairness:
    """The current turn of one connection."""

    def __init__(self) -> None:
        self._turn_began = time.monotonic()

    def read(self, read: Callable[..., bytes], *arguments: object) -> bytes:
        """Return the result of `read`; where it did not wait, give other greenlets the turn that is due."""
        began = time.monotonic()
        data = read(*arguments)
        now = time.monotonic()
        if now - began > WAITED_SECONDS:
            self._turn_began = now
        else:
            self.give_turn()
        return data

    def give_turn(self) -> None:
        """Let other greenlets run, if this turn has lasted for TURN_SECONDS."""
        if time.monotonic() - self._turn_began > TURN_SECONDS:
            time.sleep(MIN_SLEEP_SECONDS)
            self._turn_began = time.monotonic()


class _Running(local, Fairness):
    """The current turn of the running thread; under gevent, of the running greenlet."""


_running = _Running()


def give_turn() -> None:
    """Let other greenlets run, if this turn has lasted for TURN_SECONDS; for loops over a stranger's text."""
    _running.give_turn()
