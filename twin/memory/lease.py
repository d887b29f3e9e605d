"""The lease to answer in a session: one holder at a time, across processes and machines."""

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

NOBODY = UUID(int=0)  # the token of a lease without a holder, whose row may say when the session was deleted
LEASE_SECONDS = 15.0  # after which a holder that did not renew its lease counts as dead
RENEW_SECONDS = 5.0
SESSION_BUSY_SECONDS = 2  # that a visitor is told to wait while the session is busy

OWN_LEASE = (leases.c.session_id == bindparam("session")) & (leases.c.token == bindparam("holder"))
END_LEASE = delete(leases).where(OWN_LEASE, leases.c.deleted_at.is_(None))


@dataclass(frozen=True)
class Lease:
    """The right to answer in a session; with a message's idempotency key also that key and the SHA-256 of the text."""

    session_id: UUID
    key: str | None = None
    question: str | None = None
    token: UUID = field(default_factory=uuid4)


class Leases:
    """The leases of one process, renewed by a thread while they are held."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row, now = leases.c, database.now
        found = select(row.session_id, row.key, row.question, row.token, row.expires_at < now)
        found = found.add_columns(row.deleted_at >= now - bindparam("waited"))
        self._find = found.where(row.session_id == bindparam("session"))
        new = database.insert(leases).values(expires_at=now + LEASE_SECONDS).on_conflict_do_nothing()
        self._insert = new.execution_options(preserve_rowcount=True)  # -1 in PostgreSQL otherwise
        self._held: dict[UUID, Lease] = {}
        self._changed = Condition()
        self._thread: Thread | None = None

    def take(self, connection: Connection, wanted: Lease, waited: float) -> Lease | None:
        """Take the lease and return None, or return the lease of the present holder.

        Raises SessionBusy where the session was deleted in the seconds that the message `waited`: a question from
        before the deletion belongs to the deleted session.
        """
        if not connection.execute(self._insert, vars(wanted)).rowcount:
            found = connection.execute(self._find, {"session": wanted.session_id, "waited": waited}).one_or_none()
            if found is None:  # the holder gave the lease back just now
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
        """Give a lease back; return False where another process took it, or the session was deleted."""
        if connection.execute(END_LEASE, {"session": lease.session_id, "holder": lease.token}).rowcount:
            return True
        return self.leave(connection, lease)

    def leave(self, connection: Connection, lease: Lease) -> bool:
        """Do the same, but keep the row for a while, so that a deletion can mark it for the turns that wait."""
        nobody = {"token": NOBODY, "key": None, "question": None, "expires_at": self._database.now}
        values = {"session": lease.session_id, "holder": lease.token}
        return bool(connection.execute(update(leases).where(OWN_LEASE).values(nobody), values).rowcount)

    def revoke(self, connection: Connection, session_ids: Sequence[UUID]) -> int:
        """Revoke the leases of these sessions and mark them as deleted; return how many there were.

        Turns under way or waiting there will not be stored. Comes first in a transaction, as `end` does, or two
        transactions could wait for each other.
        """
        change = update(leases).where(leases.c.session_id.in_(session_ids)).values(self._deletion())
        return connection.execute(change).rowcount

    def mark_deleted(self, connection: Connection, session_id: UUID) -> None:
        """Mark a session as deleted, for turns that wait there and one that took no lease yet."""
        row = self._database.insert(leases).values(session_id=session_id, **self._deletion())
        connection.execute(row.on_conflict_do_update(index_elements=["session_id"], set_=self._deletion()))

    def _deletion(self) -> dict[str, Any]:
        now = self._database.now
        return {"token": NOBODY, "key": None, "question": None, "expires_at": now, "deleted_at": now}

    def delete_dead(self, connection: Connection, seconds: float) -> None:
        """Delete the leases that expired `seconds` ago and were not given back."""
        connection.execute(delete(leases).where(leases.c.expires_at < self._database.now - seconds))

    def forget(self, lease: Lease) -> None:
        """Stop renewing a lease."""
        with self._changed:
            self._held.pop(lease.token, None)

    def _replace(self, connection: Connection, dead: Lease, wanted: Lease) -> bool:
        same = update(leases).where(leases.c.session_id == dead.session_id, leases.c.token == dead.token)
        same = same.where(leases.c.expires_at < self._database.now)
        change = same.values(**vars(wanted), expires_at=self._database.now + LEASE_SECONDS)
        return bool(connection.execute(change).rowcount)

    def _keep(self, lease: Lease) -> None:
        with self._changed:
            if self._thread is None:  # on first use, since threads do not survive a fork
                self._thread = start_thread(self._renew_for_ever)
            self._held[lease.token] = lease
            self._changed.notify()

    def _renew_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held)
            time.sleep(RENEW_SECONDS)
            with suppress(StoreUnavailable):  # the next renewal may be early enough
                if held := list(self._held.values()):
                    self._database.run(partial(self._renew, held), durable=False)

    def _renew(self, held: Sequence[Lease], connection: Connection) -> None:
        sessions = leases.c.session_id.in_({lease.session_id for lease in held})
        tokens = leases.c.token.in_({lease.token for lease in held})
        connection.execute(update(leases).where(sessions, tokens).values(expires_at=self._database.now + LEASE_SECONDS))
