"""Who answers in a session: one at a time, across processes and machines."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Thread
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, select, update

from ..errors import SessionBusy, StoreUnavailable
from ..stores import Database
from ..stores.tables import leases
from ..system.threads import start_thread

NOBODY = UUID(int=0)  # the token of a lease that nobody has, and that may say when its session was deleted
LEASE_SECONDS = 15.0  # after which a holder that renewed nothing counts as dead
RENEW_SECONDS = 5.0
SESSION_BUSY_SECONDS = 2  # that a visitor is told to wait while the session is busy

OWN_LEASE = (leases.c.session_id == bindparam("session")) & (leases.c.token == bindparam("holder"))
END_LEASE = delete(leases).where(OWN_LEASE, leases.c.deleted_at.is_(None))


@dataclass(frozen=True)
class Lease:
    """The right to answer in a session; with the message's key, and the SHA-256 of its text, where it has a key."""

    session_id: UUID
    key: str | None = None
    question: str | None = None
    token: UUID = field(default_factory=uuid4)


class Leases:
    """The leases of one process, which it renews while they are held."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row, now = leases.c, database.now
        found = select(row.session_id, row.key, row.question, row.token, row.expires_at < now)
        found = found.add_columns(row.deleted_at >= now - bindparam("waited"))
        self._find = found.where(row.session_id == bindparam("session"))
        new = database.insert(leases).values(expires_at=now + LEASE_SECONDS).on_conflict_do_nothing()
        self._insert = new.execution_options(preserve_rowcount=True)  # which is -1 otherwise, but for SQLite's
        self._held: dict[UUID, Lease] = {}
        self._changed = Condition()
        self._thread: Thread | None = None

    def take(self, connection: Connection, wanted: Lease, waited: float) -> Lease | None:
        """Return None where the lease is ours now, else whose it is.

        Raises SessionBusy where the session was deleted in the seconds that we `waited`: what was asked before
        belongs to what was deleted.
        """
        if not connection.execute(self._insert, vars(wanted)).rowcount:
            found = connection.execute(self._find, {"session": wanted.session_id, "waited": waited}).one_or_none()
            if found is None:  # it was given back just now
                return Lease(wanted.session_id)
            *others, is_expired, is_deleted = found
            holder = Lease(*others)
            if is_deleted and holder.token != wanted.token:
                raise SessionBusy(retry_after=SESSION_BUSY_SECONDS)
            if holder.token != wanted.token and not (is_expired and self._replace(connection, holder, wanted)):
                return holder
        self._keep(wanted)
        return None

    def end(self, connection: Connection, lease: Lease) -> bool:
        """Give a lease back; return False where somebody else has it, or the session was deleted."""
        if connection.execute(END_LEASE, {"session": lease.session_id, "holder": lease.token}).rowcount:
            return True
        return self.leave(connection, lease)

    def leave(self, connection: Connection, lease: Lease) -> bool:
        """Do the same, but let the row stay for a while, so that a deletion finds it and tells those who wait."""
        nobody = {"token": NOBODY, "key": None, "question": None, "expires_at": self._database.now}
        values = {"session": lease.session_id, "holder": lease.token}
        return bool(connection.execute(update(leases).where(OWN_LEASE).values(nobody), values).rowcount)

    def revoke(self, connection: Connection, session_ids: Sequence[UUID]) -> int:
        """Let nobody keep a turn that is under way in these sessions, or that waits; return how many there were.

        In the same order as `end`, before anything else in a transaction, or two would wait for each other.
        """
        change = update(leases).where(leases.c.session_id.in_(session_ids)).values(self._deletion())
        return connection.execute(change).rowcount

    def mark_deleted(self, connection: Connection, session_id: UUID) -> None:
        """Tell those who wait in a session that it was deleted, also one who stopped waiting just now."""
        row = self._database.insert(leases).values(session_id=session_id, **self._deletion())
        connection.execute(row.on_conflict_do_update(index_elements=["session_id"], set_=self._deletion()))

    def _deletion(self) -> dict[str, Any]:
        now = self._database.now
        return {"token": NOBODY, "key": None, "question": None, "expires_at": now, "deleted_at": now}

    def delete_dead(self, connection: Connection, seconds: float) -> None:
        """Delete the leases that ended so many seconds ago and were not given back."""
        connection.execute(delete(leases).where(leases.c.expires_at < self._database.now - seconds))

    def forget(self, lease: Lease) -> None:
        """Renew a lease no more."""
        with self._changed:
            self._held.pop(lease.token, None)

    def _replace(self, connection: Connection, dead: Lease, wanted: Lease) -> bool:
        same = update(leases).where(leases.c.session_id == dead.session_id, leases.c.token == dead.token)
        same = same.where(leases.c.expires_at < self._database.now)
        change = same.values(**vars(wanted), expires_at=self._database.now + LEASE_SECONDS)
        return bool(connection.execute(change).rowcount)

    def _keep(self, lease: Lease) -> None:
        with self._changed:
            if self._thread is None:  # after a fork, so not when the process starts
                self._thread = start_thread(self._renew_for_ever)
            self._held[lease.token] = lease
            self._changed.notify()

    def _renew_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held)
            time.sleep(RENEW_SECONDS)
            with suppress(StoreUnavailable):  # the next time may be early enough
                if held := list(self._held.values()):
                    self._database.run(partial(self._renew, held), durable=False)

    def _renew(self, held: Sequence[Lease], connection: Connection) -> None:
        sessions = leases.c.session_id.in_({lease.session_id for lease in held})
        tokens = leases.c.token.in_({lease.token for lease in held})
        connection.execute(update(leases).where(sessions, tokens).values(expires_at=self._database.now + LEASE_SECONDS))
