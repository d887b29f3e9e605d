"""A circuit breaker: after failures in a row, a provider gets no calls for a while, then one on trial."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 5  # of chats in a row, each with all its attempts, that open the breaker
OPEN_SECONDS = 30.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ticket:
    """Permission to make a call, returned with the outcome of the call."""

    is_probe: bool


class Breaker:
    """Admits calls to one provider, or refuses them; safe to use from many threads at once."""

    def __init__(
        self, name: str, seconds: float = OPEN_SECONDS, *, note: Callable[[bool], object] = lambda is_open: None
    ) -> None:
        """Begin closed; when failures open the breaker, stay open for `seconds`.

        `note` is called with whether the breaker is open, whenever that changes.
        """
        self._name = name
        self._seconds = seconds
        self._note = note
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until: float | None = None
        self._is_probing = False

    def admit(self) -> Ticket | None:
        """Return a ticket, or None while the breaker is open; after that time one caller gets a ticket for a probe."""
        with self._lock:
            if not self.would_admit:
                return None
            self._is_probing = self._open_until is not None
            return Ticket(is_probe=self._is_probing)

    @property
    def would_admit(self) -> bool:
        """Whether the next caller gets a ticket."""
        open_until = self._open_until
        return open_until is None or not (self._is_probing or time.monotonic() < open_until)

    @property
    def is_open(self) -> bool:
        """Whether the provider gets no calls, or is on trial."""
        return self._open_until is not None

    def remaining(self) -> int:
        """Return the seconds until a call may be made, at least 1."""
        return max(1, math.ceil((self._open_until or 0.0) - time.monotonic()))

    def record(self, ticket: Ticket, is_well: bool | None) -> None:
        """Take a ticket back: the provider answered (True), failed (False), or the outcome is unknown (None)."""
        with self._lock:
            if self._open_until is None:
                self._count(is_well)
            elif ticket.is_probe:
                self._is_probing = False
                if is_well:
                    self._failures, self._open_until = 0, None
                    self._note(False)
                    logger.info("%s answers again.", self._name)
                elif is_well is not None:
                    self._open_until = time.monotonic() + self._seconds

    def _count(self, is_well: bool | None) -> None:
        if is_well is not None:
            self._failures = 0 if is_well else self._failures + 1
        if self._failures == FAILURES:
            self._open_until = time.monotonic() + self._seconds
            self._note(True)
            logger.error("%s failed %d times in a row: it is not asked for %g s.", self._name, FAILURES, self._seconds)
