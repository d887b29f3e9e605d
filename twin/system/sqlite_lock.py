"""Wait for a SQLite file that another process has locked, in which the chats of this process go on.

SQLite's own busy timeout makes a whole process wait: under gevent, everybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

LOCK_SECONDS = 0.005  # that SQLite waits, and all of this process with it
RETRY_SECONDS = 0.02  # that one thread then waits by itself
LOCKED_SECONDS = 10.0  # that it does so for: a file of 800 MB is locked for 8.5 s while it is vacuumed

Result = TypeVar("Result")
Fault = TypeVar("Fault", bound=Exception)


def is_locked(error: BaseException | None) -> bool:
    """Whether SQLite says that another connection has locked the file."""
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def retry_while(
    is_passing: Callable[[Fault], bool], fault: type[Fault], work: Callable[[], Result], seconds: float = LOCKED_SECONDS
) -> Result:
    """Return what `work` does; where it raises a `fault` that is passing, try again for `seconds`."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            return work()
        except fault as error:
            if not is_passing(error) or time.monotonic() > give_up:
                raise
        time.sleep(RETRY_SECONDS)
