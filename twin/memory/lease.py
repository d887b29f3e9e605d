"""Who answers in a session: one at a time, across processes and machines."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Thread
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ..db import Database
from ..errors import SessionBusy, StoreUnavailable
from ..tables import leases

DELETION = UUID(int=0)  # the token of a lease that says: the session was deleted
LEASE_SECONDS = 15.0  # after which a holder that renewed nothing counts as dead
RENEW_SECONDS = 5.0
BUSY_SECONDS = 2  # that a visitor is told to wait while the session is busy


@dataclass(frozen=True)
class Lease:
    """The right to answer in a session; `key` and `question` are those of the message, where it has a key."""

    session_id: UUID
    key: str | None = None
    question: str | None = None
    token: UUID = field(default_factory=uuid4)


class Leases:
    """The leases of one process, which it renews while they are held."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[UUID, Lease] = {}
        self._changed = Condition()
        self._thread: Thread | None = None

    def take(self, connection: Connection, wanted: Lease, *, has_waited: bool) -> Lease | None:
        """Return None where the lease is ours now, else whose it is.

        Raises SessionBusy where the session was deleted while we waited: what was asked before belongs to it.
        """
        row = leases.c
        query = select(row.session_id, row.key, row.question, row.token, row.expires_at < self._database.now)
        found = connection.execute(query.where(row.session_id == wanted.session_id)).one_or_none()
        if found is None:
            if not self._insert(connection, wanted):
                return Lease(wanted.session_id)  # somebody was faster
        else:
            *others, is_expired = found
            holder = Lease(*others)
            if holder.token == DELETION and has_waited:
                raise SessionBusy(retry_after=BUSY_SECONDS)
            if holder.token != wanted.token and not (is_expired and self._replace(connection, holder, wanted)):
                return holder
        self._keep(wanted)
        return None

    def end(self, connection: Connection, lease: Lease) -> bool:
        """Give a lease back; return False where somebody else has it, or the session was deleted."""
        own = delete(leases).where(leases.c.session_id == lease.session_id, leases.c.token == lease.token)
        return bool(connection.execute(own).rowcount)

    def is_held(self, connection: Connection, session_id: UUID) -> bool:
        """Whether anybody answers in a session, or did when they died."""
        return connection.scalar(select(leases.c.token).where(leases.c.session_id == session_id)) is not None

    def revoke(self, connection: Connection, session_id: UUID) -> None:
        """Let nobody keep or begin a turn that was asked before now."""
        connection.execute(delete(leases).where(leases.c.session_id == session_id))
        row = {"session_id": session_id, "token": DELETION, "expires_at": self._database.now}
        connection.execute(insert(leases).values(row))

    def forget(self, lease: Lease) -> None:
        """Renew a lease no more."""
        with self._changed:
            self._held.pop(lease.token, None)

    def _insert(self, connection: Connection, wanted: Lease) -> bool:
        try:
            connection.execute(insert(leases).values(**vars(wanted), expires_at=self._database.now + LEASE_SECONDS))
        except IntegrityError:
            return False
        return True

    def _replace(self, connection: Connection, dead: Lease, wanted: Lease) -> bool:
        same = update(leases).where(leases.c.session_id == dead.session_id, leases.c.token == dead.token)
        same = same.where(leases.c.expires_at < self._database.now)
        change = same.values(**vars(wanted), expires_at=self._database.now + LEASE_SECONDS)
        return bool(connection.execute(change).rowcount)

    def _keep(self, lease: Lease) -> None:
        with self._changed:
            self._held[lease.token] = lease
            if self._thread is None:  # after a fork, so not when the process starts
                self._thread = Thread(target=self._renew_for_ever, daemon=True)
                self._thread.start()
            self._changed.notify()

    def _renew_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held)
            time.sleep(RENEW_SECONDS)
            with suppress(StoreUnavailable):  # the next time may be early enough
                if held := list(self._held.values()):
                    self._database.run(partial(self._renew, held))

    def _renew(self, held: Sequence[Lease], connection: Connection) -> None:
        sessions = leases.c.session_id.in_({lease.session_id for lease in held})
        tokens = leases.c.token.in_({lease.token for lease in held})
        connection.execute(update(leases).where(sessions, tokens).values(expires_at=self._database.now + LEASE_SECONDS))
