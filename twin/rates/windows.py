"""Moving windows in the memory of one process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from threading import Lock

from ..errors import Quota
from .limit import Limit

MAX_VISITORS = 10_000  # in memory; the one who has been silent for longest is forgotten first


class ProcessWindows:
    """The chats of each visitor that count against a limit, as their instants, the oldest first."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = limits
        self._lock = Lock()
        self._windows: OrderedDict[str, list[deque[float]]] = OrderedDict()  # of a visitor, one for each limit

    def count(self, visitor: str) -> list[Quota]:
        """Count a chat against each limit; the list ends with the first that is exceeded."""
        quotas = []
        with self._lock:
            windows = self._windows.setdefault(visitor, [deque() for _ in self._limits])
            self._windows.move_to_end(visitor)
            if len(self._windows) > MAX_VISITORS:
                self._windows.popitem(last=False)
            now = time.time()
            for limit, window in zip(self._limits, windows, strict=True):
                while window and window[0] <= now - limit.seconds:
                    window.popleft()
                count = len(window) + 1
                if count <= limit.amount:
                    window.append(now)
                quotas.append(limit.measure(window[0], count))
                if quotas[-1].is_exceeded:
                    break
        return quotas
