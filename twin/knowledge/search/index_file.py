"""The SQLite file of the index: opened on first use, shared by all processes, and made anew when broken."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import TypeVar

from ...system.contention import BUSY_TIMEOUT_SECONDS, LOCKED_SECONDS, is_locked, retry_while

INDEX_FILE = "knowledge.index"  # in instance/
INDEXER = "indexer"  # the name of the sidecar that makes its vectors, and of its files in instance/
SCHEMA_VERSION = 1  # tables of another version are made anew
SCHEMA = f"""
CREATE TABLE passages (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, text TEXT NOT NULL, context TEXT NOT NULL, model TEXT, vector BLOB
);
CREATE VIRTUAL TABLE terms USING fts5 (term, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (terms, row);
PRAGMA user_version = {SCHEMA_VERSION};
"""

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class IndexFile:
    """One process's connection to the file, for all its threads."""

    def __init__(self, path: Path) -> None:
        self.opened = 0  # times
        self._path = path
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def run(self, work: Callable[[sqlite3.Connection], Result], seconds: float = LOCKED_SECONDS) -> Result:
        """Return the result of `work`, tried again for `seconds` while another process has locked the file."""
        return retry_while(is_locked, sqlite3.OperationalError, lambda: self._try(work), seconds)

    def close(self) -> None:
        """Close the connection; the next `run` opens another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _try(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._lock:
            if self._connection is not None and self._is_replaced():
                self.close()
            try:
                return work(self._open())
            except sqlite3.OperationalError as error:
                if not is_locked(error):  # no room, or no permission
                    self.close()
                raise
            except sqlite3.DatabaseError:
                self.close()
                logger.warning("%s is broken, and is made anew.", self._path)
                for end in ("", "-wal", "-shm"):
                    self._path.with_name(self._path.name + end).unlink(missing_ok=True)
                return work(self._open())

    def _is_replaced(self) -> bool:
        """Return whether the open file was deleted, or another one put in its place."""
        try:
            return self._path.stat().st_ino != self._inode
        except FileNotFoundError:
            return True

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            db = sqlite3.connect(
                self._path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._inode = self._path.stat().st_ino
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=NORMAL")
                db.execute("PRAGMA secure_delete=ON")
                if not _has_tables(db):  # without this look, a reader would wait for a writer
                    transact(db, lambda: _make_tables(db))
            except BaseException:
                db.close()
                raise
            self._connection = db
            self.opened += 1
        return self._connection


def transact(db: sqlite3.Connection, work: Callable[[], object]) -> None:
    """Do `work` in a transaction. It must not wait for another thread, which may be waiting for this one."""
    db.execute("BEGIN IMMEDIATE")
    try:
        work()
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def empty_log(db: sqlite3.Connection) -> None:
    """Empty the write-ahead log of what was written before; raises OperationalError while another reads it."""
    if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        error = sqlite3.OperationalError("another process keeps the log of the index from being emptied")
        error.sqlite_errorname = "SQLITE_BUSY"
        raise error


def _has_tables(db: sqlite3.Connection) -> bool:
    return bool(db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION)


def _make_tables(db: sqlite3.Connection) -> None:
    if _has_tables(db):
        return
    for name in ("vocabulary", "terms", "passages"):
        db.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in filter(str.strip, SCHEMA.split(";\n")):
        db.execute(statement)
