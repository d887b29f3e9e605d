"""Housekeeping, at start and daily in one process at a time: delete old sessions and gaps, and all traces of them."""

from __future__ import annotations

import logging
import math
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from ..errors import StoreUnavailable
from ..gaps import delete_unasked
from ..stores.tables import chores
from ..system.environment import select_running
from ..system.threads import start_thread
from .addresses import forget_addresses
from .memory import Memory
from .numbers import tend_numbers

DAY_SECONDS = 24 * 3_600
LOOK_SECONDS = 60.0  # between two checks whether a day has passed, or the database is back
CLAIM_SECONDS = 600.0  # after which a process that claimed the chore counts as dead
MAX_ERASED_BYTES = 32 * 2**20  # of a file that is written anew within half a second
CHORE = "housekeeping"

logger = logging.getLogger(__name__)


class Housekeeping:
    """The housekeeping of one process: deletes the expired sessions and gaps, and vacuums a SQLite file."""

    def __init__(self, memory: Memory, retention_days: int) -> None:
        self._memory = memory
        self._database = memory.database
        self._retention_days = retention_days
        self._is_start = True
        self._busy_until = 0.0  # the value that this process wrote with its last claim

    def start(self) -> None:
        """Run soon and then daily, in a thread; raises Overloaded where the system has no room for one."""
        start_thread(self._run_for_ever)

    def delete_expired(self) -> int:
        """Delete sessions past `RETENTION_DAYS`, and return how many; raises StoreUnavailable."""
        if not self._retention_days:
            return self.delete_unused(-math.inf)
        return self.delete_unused(time.time() - self._retention_days * DAY_SECONDS)

    def delete_expired_gaps(self) -> int:
        """Delete gaps past `RETENTION_DAYS`, and return how many; raises StoreUnavailable."""
        if not self._retention_days:
            return 0
        return delete_unasked(self._database, datetime.now(UTC).date() - timedelta(self._retention_days))

    def delete_unused(self, since: float) -> int:
        """Delete sessions unused since an instant, and return how many; raises StoreUnavailable."""
        deleted = 0
        while batch := self._memory.delete_unused_batch(since):
            deleted += batch
            time.sleep(0.01)  # so that other writers get a turn
        return deleted

    def look(self) -> None:
        """Do the chores that are due, unless another process is at them; raises StoreUnavailable."""
        self._memory.forget_leases()
        if self._claim(pause=DAY_SECONDS):
            self._clean_up(is_daily=True)
        elif self._is_start and self._claim(pause=0):  # RETENTION_DAYS may have changed
            self._clean_up(is_daily=False)
        else:
            self._erase_traces()
            return
        self._is_start = False

    def _run_for_ever(self) -> None:
        while True:
            with suppress(StoreUnavailable):  # already logged, and temporary
                self.look()
            time.sleep(LOOK_SECONDS)

    def _clean_up(self, *, is_daily: bool) -> None:
        is_done = False
        try:
            sessions, questions = self.delete_expired(), self.delete_expired_gaps()
            tend_numbers(self._database)
            forget_addresses(self._database)
            if sessions or questions:
                logger.info("RETENTION_DAYS: %s sessions and %s questions were deleted.", sessions, questions)
            if self._database.file and (sessions or questions or is_daily):
                self._memory.has_traces = False
                vacuum_apart(self._database.file)
            is_done = is_daily
        finally:
            self._unclaim(is_done=is_done)

    def _erase_traces(self) -> None:
        """Erase what visitors deleted since the last look, where that holds nobody up."""
        file = self._database.file
        if file and self._memory.has_traces and file.stat().st_size <= MAX_ERASED_BYTES:
            self._memory.has_traces = False
            vacuum_apart(file)

    def _claim(self, pause: float) -> bool:
        """Claim the chore, and return whether this process has it: no other is at it, or was within `pause` seconds.

        A claim that could not be given up, since the database was down, is still ours.
        """
        now, row = self._database.now, chores.c
        is_free = (row.busy_until < now) | (row.busy_until == self._busy_until)
        change = update(chores).where(row.name == CHORE, is_free, row.done_at <= now - pause)
        take = change.values(busy_until=now + CLAIM_SECONDS).returning(row.busy_until)

        def claim(connection: Connection) -> bool:
            if connection.scalar(select(row.name).where(row.name == CHORE)) is None:
                with suppress(IntegrityError):  # another process was faster
                    connection.execute(insert(chores).values(name=CHORE, busy_until=0, done_at=0))
            taken: float | None = connection.scalar(take)
            self._busy_until = taken or self._busy_until
            return taken is not None

        return self._database.run(claim)

    def _unclaim(self, *, is_done: bool) -> None:
        now = self._database.now
        values = {"busy_until": now} | ({"done_at": now} if is_done else {})
        change = update(chores).where(chores.c.name == CHORE).values(values)
        self._database.run(lambda connection: connection.execute(change))


def vacuum_apart(file: Path) -> None:
    """Vacuum a SQLite file in another process; log a warning where traces of deleted rows may remain."""
    command = [sys.executable, str(Path(__file__).with_name("vacuum.py")), str(file)]
    try:
        done = subprocess.run(command, env=select_running(), capture_output=True, text=True, check=False)
    except OSError as error:  # no memory for another process
        reason = str(error.strerror)
    else:
        if not done.returncode:
            return
        reason = done.stderr.strip().rpartition("\n")[2] or f"status {done.returncode}"
    logger.warning("Traces of what was deleted may be left in %s until tomorrow: %s", file, reason)
