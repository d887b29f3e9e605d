"""The keys of programs, of which a table that all processes read holds only the hashes."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from sqlalchemy import Connection, delete, select

from ..errors import StoreUnavailable
from ..rates import Caller, Limit
from ..stores import Database, Databases
from ..stores.tables import program_keys

PURPOSE = "keys"  # of the database
PREFIX = "twin-"  # of each key, by which scanners of secrets know one
KEY_BYTES = 32  # of randomness, so that a plain hash is as good as a slow one
LOOK_SECONDS = 1.0  # after which a request looks again for added and revoked keys
DOWN_SECONDS = 2.0  # the same after a failure


class KeyExists(Exception):
    """There is a key of this name."""


@dataclass(frozen=True)
class Key:
    """A key without its text: its name, and how many chats it may start in any minute and in any 24 hours."""

    id: int
    name: str
    digest: str  # SHA-256 of the text, in hexadecimal
    per_minute: int
    per_day: int
    created_at: float  # seconds since 1970

    @property
    def caller(self) -> Caller:
        """The caller whom the key stands for, with limits of its own; a new key of the same name is another."""
        limits = Limit("minute", self.per_minute, 60), Limit("day", self.per_day, 24 * 3_600)
        return Caller(f"key:{self.id}", limits)


class Keys:
    """The keys, for one process: it looks for changes when a program calls, and keeps the last it saw."""

    def __init__(self, databases: Databases) -> None:
        """Connect to nothing yet."""
        self._databases = databases
        self._lock = Lock()
        self._known: tuple[Key, ...] | None = None
        self._next_look = 0.0  # monotonic

    def add(self, name: str, per_minute: int, per_day: int) -> str:
        """Make a key, and return its text, which is kept nowhere; raises KeyExists and StoreUnavailable."""
        text = PREFIX + secrets.token_urlsafe(KEY_BYTES)
        values = {"name": name, "digest": _digest(text), "per_minute": per_minute, "per_day": per_day}
        database = self._open()
        row = database.insert(program_keys).values(created_at=time.time(), **values).on_conflict_do_nothing()
        if database.run(lambda connection: connection.scalar(row.returning(program_keys.c.id))) is None:
            raise KeyExists
        return text

    def revoke(self, name: str) -> bool:
        """Delete a key, and return whether it existed; raises StoreUnavailable."""
        statement = delete(program_keys).where(program_keys.c.name == name)
        return self.exist and self._open().run(lambda connection: connection.execute(statement).rowcount == 1)

    def fetch_all(self) -> tuple[Key, ...]:
        """Return the keys by their names; raises StoreUnavailable."""
        return self._open().run(_fetch) if self.exist else ()

    @property
    def exist(self) -> bool:
        """Whether there is a database that may have keys."""
        return self._databases.has(PURPOSE)

    def read(self) -> tuple[Key, ...]:
        """Return the keys as of the last look, at most LOOK_SECONDS old, or older while the database is away.

        Raises StoreUnavailable where no look has succeeded yet. Of many requests at once one looks; the others go on
        with what is known.
        """
        if time.monotonic() >= self._next_look and self._lock.acquire(blocking=self._known is None):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._known or ()

    def find(self, text: str) -> Key | None:
        """Return the key with this text, or None; the time taken tells nothing. Raises StoreUnavailable as `read`."""
        digest, found = _digest(text), None
        for key in self.read():
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found

    def _look(self) -> None:
        if time.monotonic() < self._next_look:
            return
        try:
            self._known = self.fetch_all()
            self._next_look = time.monotonic() + LOOK_SECONDS
        except StoreUnavailable:  # which is logged
            if self._known is None:
                raise
            self._next_look = time.monotonic() + DOWN_SECONDS

    def _open(self) -> Database:
        return self._databases.open(PURPOSE)


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()


def _fetch(connection: Connection) -> tuple[Key, ...]:
    row = program_keys.c
    query = select(row.id, row.name, row.digest, row.per_minute, row.per_day, row.created_at).order_by(row.name)
    return tuple(Key(*found) for found in connection.execute(query))
