"""Turns for the others: gevent goes on with whoever has something to read, for seconds if it comes in small pieces."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import local

TURN_SECONDS = 0.005  # that one may go on for
WAITED_SECONDS = 0.0005  # of a read in which others will have run
LEAST_SECONDS = 1e-6  # of a sleep that goes around gevent's loop: one of 0 lets only those run who wait for no socket


class Fairness:
    """What one connection owes to the others."""

    def __init__(self) -> None:
        self._turn_began = time.monotonic()

    def read(self, read: Callable[..., bytes], *arguments: object) -> bytes:
        """Return what `read` does; where it did not have to wait, others have their turn when it is due."""
        began = time.monotonic()
        data = read(*arguments)
        now = time.monotonic()
        if now - began > WAITED_SECONDS:
            self._turn_began = now
        else:
            self.give_turn()
        return data

    def give_turn(self) -> None:
        """Let the others run, if it is their turn."""
        if time.monotonic() - self._turn_began > TURN_SECONDS:
            time.sleep(LEAST_SECONDS)
            self._turn_began = time.monotonic()


class _Running(local, Fairness):
    """What the running thread owes to the others; under gevent, the running greenlet."""


_running = _Running()


def give_turn() -> None:
    """Let the others run, if it is their turn: to be called by each loop over a text that somebody else wrote."""
    _running.give_turn()
