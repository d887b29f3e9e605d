"""Moving windows in the memory of one process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from threading import Lock

from ..errors import Quota
from .limit import Limit

MAX_CALLERS = 10_000  # in memory; the one who has been silent for longest is forgotten first


class ProcessWindows:
    """The chats of each caller that count against a limit, as their instants, the oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._windows: OrderedDict[str, list[deque[float]]] = OrderedDict()  # of a caller, one for each limit

    def count(self, caller: str, limits: Sequence[Limit]) -> list[Quota]:
        """Count a chat against each limit, the same of a caller each time; the list ends with the first exceeded."""
        quotas = []
        with self._lock:
            windows = self._windows.setdefault(caller, [deque() for _ in limits])
            self._windows.move_to_end(caller)
            if len(self._windows) > MAX_CALLERS:
                self._windows.popitem(last=False)
            now = time.time()
            for limit, window in zip(limits, windows, strict=True):
                while window and window[0] <= now - limit.seconds:
                    window.popleft()
                count = len(window) + 1
                if count <= limit.amount:
                    window.append(now)
                quotas.append(limit.measure(window[0], count))
                if quotas[-1].is_exceeded:
                    break
        return quotas
