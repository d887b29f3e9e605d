"""The deadline of a chat, which ends the call in progress from another thread."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .connections import Connection


class Deadline:
    """The instant by which a chat must end, or its cancellation; neither interrupts a connect."""

    def __init__(self, seconds: float) -> None:
        """Set the deadline `seconds` from now."""
        self._at = time.monotonic() + seconds
        self._lock = Lock()
        self._connection: Connection | None = None
        self.is_cancelled = False

    def remaining(self) -> float:
        """Return the seconds left; negative after the deadline or a cancellation."""
        return -1.0 if self.is_cancelled else self._at - time.monotonic()

    def passed(self) -> bool:
        """Whether the deadline is over, or the chat cancelled."""
        return self.remaining() <= 0

    def bind(self, connection: Connection | None) -> None:
        """Register the connection in use, which the deadline ends; None when the call is over."""
        with self._lock:
            self._connection = connection
        if connection is not None:
            connection.end_in(self.remaining())

    def cancel(self) -> None:
        """End the chat now; to be called from another thread than the one that asks the model."""
        self.is_cancelled = True
        with self._lock:  # else the connection could be another call's by then
            if self._connection:
                self._connection.abort()
