"""The owner's way in: one password or links that work once, and the sessions that they start.

Of each token the database has the SHA-256, so that nobody signs in with a copy of it.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from sqlalchemy import Connection, delete, exists, insert, select

from ..stores import Database
from ..stores.desk_tables import desk_sign_ins
from .tries import Tries

LINK_SECONDS = 600
SESSION_SECONDS = 30 * 24 * 3_600
TOKEN_BYTES = 32

Kind = Literal["link", "session"]
row = desk_sign_ins.c


@dataclass(frozen=True)
class SignIn:
    """One session of the desk: its token, which the browser alone keeps, and its id, which may be shown."""

    token: str
    id: int

    @property
    def form_token(self) -> str:
        """The token that each form of this session carries, so that no other page can send one."""
        return hmac.digest(self.token.encode(), b"form", "sha256").hex()


class Accounts:
    """The one account of the desk: its owner's."""

    def __init__(self, password: str | None, database: Database) -> None:
        """Connect to nothing yet."""
        self._password = password
        self._database = database
        self._tries = Tries(database)

    @property
    def has_password(self) -> bool:
        """Whether `DESK_PASSWORD` is set."""
        return self._password is not None

    def is_open(self) -> bool:
        """Return whether there is a way in: a password, a link that still works, or a session of one that did.

        Raises StoreUnavailable.
        """
        if self.has_password:
            return True
        found = select(exists().where(row.expires_at > self._database.now))
        return bool(self._database.run(lambda connection: connection.scalar(found)))

    def sign_in(self, password: str, address: str) -> SignIn | None:
        """Return a new session where the password is right, or None.

        Passwords are compared one at a time, across all processes. Raises RateLimited after too many wrong ones, from
        this address's network or in all, and StoreUnavailable.
        """
        self._tries.check(address)

        def attempt(connection: Connection) -> SignIn | None:
            self._tries.record(connection, address)
            if not self._is_right(password):
                return None
            self._tries.take_back(connection, address)
            return self._begin(connection, "session", SESSION_SECONDS)

        return self._database.transact(attempt)

    def make_link_token(self) -> str:
        """Return the token of a new link, which signs in once within LINK_SECONDS; raises StoreUnavailable."""
        made = self._database.transact(lambda connection: self._begin(connection, "link", LINK_SECONDS))
        return made.token

    def follow_link(self, token: str) -> SignIn | None:
        """Return a new session where the link's token is good, which it is then no more; raises StoreUnavailable."""

        def follow(connection: Connection) -> SignIn | None:
            if (found := self._find(connection, token, "link")) is None:
                return None
            if not connection.execute(delete(desk_sign_ins).where(row.id == found.id)).rowcount:
                return None  # another request was faster
            return self._begin(connection, "session", SESSION_SECONDS)

        if self._database.run(lambda connection: self._find(connection, token, "link")) is None:
            return None  # so that made-up tokens take no write lock
        return self._database.transact(follow)

    def find(self, token: str) -> SignIn | None:
        """Return the session of a token, unless it expired or the password was changed; raises StoreUnavailable."""
        return self._database.run(lambda connection: self._find(connection, token, "session"))

    def sign_out(self, sign_in: SignIn) -> None:
        """End a session; raises StoreUnavailable."""
        self._database.run(lambda connection: connection.execute(delete(desk_sign_ins).where(row.id == sign_in.id)))

    def end_all(self) -> int:
        """End every session and link, and return how many; raises StoreUnavailable."""
        return self._database.run(lambda connection: connection.execute(delete(desk_sign_ins)).rowcount)

    def _begin(self, connection: Connection, kind: Kind, seconds: float) -> SignIn:
        now, token = time.time(), secrets.token_urlsafe(TOKEN_BYTES)
        connection.execute(delete(desk_sign_ins).where(row.expires_at < now))
        values = {"kind": kind, "token": _digest(token), "password": self._bind(token, kind)}
        made = insert(desk_sign_ins).values(**values, created_at=now, expires_at=now + seconds)
        return SignIn(token, connection.execute(made.returning(row.id)).scalar_one())

    def _find(self, connection: Connection, token: str, kind: Kind) -> SignIn | None:
        query = select(row.id, row.password).where(row.token == _digest(token), row.kind == kind)
        found = connection.execute(query.where(row.expires_at > self._database.now)).one_or_none()
        if found is None or not hmac.compare_digest(found.password, self._bind(token, kind)):
            return None
        return SignIn(token, found.id)

    def _bind(self, token: str, kind: Kind) -> str:
        """Return an HMAC of the password, which cannot be guessed at without the token; of a link, of none.

        The terminal where a link is made may not know the service's password.
        """
        if kind == "link":
            return ""
        return hmac.digest(_encode(token), _encode(self._password or ""), "sha256").hex()

    def _is_right(self, password: str) -> bool:
        wanted = self._password or secrets.token_hex(TOKEN_BYTES)  # without one, none is right
        return hmac.compare_digest(sha256(_encode(password)).digest(), sha256(_encode(wanted)).digest())


def _digest(token: str) -> str:
    return sha256(_encode(token)).hexdigest()


def _encode(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
