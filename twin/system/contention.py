"""Contention for a database: work is retried while another connection is in the way, and other chats go on meanwhile.

SQLite's own busy timeout blocks the whole process: under gevent, every chat.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

BUSY_TIMEOUT_SECONDS = 0.005  # SQLite's own wait
LOCK_POLL_SECONDS = 0.02  # between two tries of one thread, in which the others go on
LOCKED_SECONDS = 10.0  # for which a thread tries: a file of 800 MB is locked for 8.5 s while it is vacuumed

_Result = TypeVar("_Result")
_Fault = TypeVar("_Fault", bound=Exception)


def is_locked(error: BaseException | None) -> bool:
    """Return whether SQLite reports that another connection has locked the file."""
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def retry_while(
    is_passing: Callable[[_Fault], bool],
    fault: type[_Fault],
    work: Callable[[], _Result],
    seconds: float = LOCKED_SECONDS,
) -> _Result:
    """Return the result of `work`, retried for `seconds` while it raises a `fault` that is passing."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            return work()
        except fault as error:
            if not is_passing(error) or time.monotonic() > give_up:
                raise
        time.sleep(LOCK_POLL_SECONDS)
