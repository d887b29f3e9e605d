"""A remembered refusal, for calls that wait in line for room in the day's budget."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from threading import Event

from .costs import Cost


@dataclass(frozen=True)
class Refusal:
    """A day that had no room for a call; true of every call as large until a call is settled, here or elsewhere.

    However long the line is, the database is thus asked about once for each call that is settled.
    """

    day: date
    worst: Cost  # of the call that was refused
    spent: Cost  # on the day, without holds
    freed: Event  # is set when a call of this process is settled
    until: float  # monotonic; another process may have settled a call by then

    def covers(self, day: date, worst: Cost) -> bool:
        """Return whether a call is refused without asking the database."""
        is_fresh = not self.freed.is_set() and time.monotonic() < self.until
        is_as_large = worst.tokens >= self.worst.tokens and worst.nanodollars >= self.worst.nanodollars
        return is_fresh and is_as_large and day == self.day
