"""Transactions on a connection, and the failures after which the same work is worth another try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..system.contention import is_locked

RETRYABLE = {"40001", "40P01"}  # PostgreSQL's states for a serialization failure and a deadlock


@contextmanager
def begin_transaction(connection: Connection) -> Iterator[None]:
    """Commit at the end, or roll back after an exception; in SQLite the file is locked for writing from the start."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        with suppress(SQLAlchemyError):  # where the connection itself is gone
            connection.exec_driver_sql("ROLLBACK")
        raise


def set_durability(connection: Connection, *, durable: bool) -> None:
    """Set whether SQLite's commits wait for the disk (sqlite.org/pragma.html#pragma_synchronous)."""
    level = "FULL" if durable else "NORMAL"
    if connection.info.get("synchronous") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.info["synchronous"] = level


def is_passing(error: DBAPIError) -> bool:
    """Whether the same work may succeed when it is tried again: another connection was in the way."""
    return is_locked(error.orig) or getattr(error.orig, "sqlstate", None) in RETRYABLE
