"""The index of passages: a SQLite file that all processes of the service share, keyed by what the passages say."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import RLock
from typing import TypeVar

from ...system.fairness import give_turn
from ...system.sqlite_lock import BUSY_TIMEOUT_SECONDS, LOCKED_SECONDS, is_locked, retry_while
from ...text.words import find_terms
from ..passages import Passage

VERSION = 1  # of the tables; those of another one are made anew
CHUNK = 100  # passages that one transaction adds or removes
READ_SECONDS = 0.05  # that a chat waits for a file which cannot be read; who writes does not keep it from reading
SCHEMA = f"""
CREATE TABLE passages (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, text TEXT NOT NULL, context TEXT NOT NULL, model TEXT, vector BLOB
);
CREATE VIRTUAL TABLE terms USING fts5 (term, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (terms, row);
PRAGMA user_version = {VERSION};
"""

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unindexed:
    """A passage that has no vector yet."""

    id: int
    text: str
    context: str  # what comes before it


class Index:
    """The file, made when it is used first; one that is broken is made anew, since all in it can be made again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        self._opened = 0  # how often it was
        self._inode = 0
        self._has_traces = False  # whether what was removed may still stand in its log

    def add(self, passages: Mapping[bytes, Passage]) -> None:
        """Add those of some passages, by their keys, that are not there: from now on they are found by their words."""
        known = self._read_keys()
        new = [passage for key, passage in passages.items() if key not in known]
        for start in range(0, len(new), CHUNK):
            chunk = [(each, " ".join(find_terms(each.indexed))) for each in new[start : start + CHUNK]]
            self._run(partial(_insert, chunk))
            give_turn()

    def remove_others(self, keys: Collection[bytes]) -> None:
        """Remove all passages but those with these keys."""
        stale = [(key,) for key in self._read_keys().difference(keys)]
        for start in range(0, len(stale), CHUNK):
            self._has_traces = True
            self._run(partial(_delete, stale[start : start + CHUNK]))
            give_turn()
        if self._has_traces:
            # The words of what was removed stay in the table of terms until then.
            self._run(lambda db: db.execute("INSERT INTO terms (terms) VALUES ('optimize')"))
            self._run(_empty_log)
            self._has_traces = False

    def match(self, terms: Iterable[str], most: int) -> list[bytes]:
        """Return the keys of the passages that hold some of the terms, the best first (BM25)."""
        query = " OR ".join(f'"{term}"' for term in terms)
        statement = "SELECT key FROM terms JOIN passages ON id = terms.rowid WHERE terms MATCH ? ORDER BY rank LIMIT ?"
        if not query:
            return []
        return self._run(lambda db: [key for (key,) in db.execute(statement, (query, most))], READ_SECONDS)

    def count_passages(self, terms: Iterable[str]) -> dict[str, int]:
        """Return how many passages hold each term."""
        statement = "SELECT doc FROM vocabulary WHERE term = ?"

        def count(db: sqlite3.Connection) -> dict[str, int]:
            found = ((term, db.execute(statement, (term,)).fetchone()) for term in terms)
            return {term: row[0] if row else 0 for term, row in found}

        return self._run(count, READ_SECONDS)

    def read_version(self) -> tuple[int, int]:
        """Return what changes when others write, or another file takes the place of this one."""
        version = self._run(lambda db: int(db.execute("PRAGMA data_version").fetchone()[0]), READ_SECONDS)
        return self._opened, version

    def read_vectors(self, model: str) -> list[tuple[bytes, bytes]]:
        """Return the key of each passage that has a vector by this model, and that: 32-bit floats."""
        statement = "SELECT key, vector FROM passages WHERE model = ?"
        return self._run(lambda db: db.execute(statement, (model,)).fetchall())

    def list_unindexed(self, model: str, most: int, after: int = 0) -> list[Unindexed]:
        """Return passages that have no vector by this model, by their ids, those after one."""
        statement = "SELECT id, text, context FROM passages WHERE model IS NOT ? AND id > ? ORDER BY id LIMIT ?"
        return self._run(lambda db: [Unindexed(*row) for row in db.execute(statement, (model, after, most))])

    def write_vectors(self, model: str, vectors: Sequence[tuple[int, bytes]]) -> None:
        """Keep vectors of passages, by their ids; of those that are gone nothing is kept."""
        rows = [(model, vector, id_) for id_, vector in vectors]
        self._run(lambda db: _transact(db, lambda: _update(rows, db)))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _read_keys(self) -> set[bytes]:
        return self._run(lambda db: {key for (key,) in db.execute("SELECT key FROM passages")})

    def _run(self, work: Callable[[sqlite3.Connection], Result], seconds: float = LOCKED_SECONDS) -> Result:
        return retry_while(is_locked, sqlite3.OperationalError, lambda: self._try(work), seconds)

    def _try(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._lock:
            if self._connection is not None and self._has_gone():
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

    def _has_gone(self) -> bool:
        """Whether somebody has deleted the file that is open, or put another in its place."""
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
                if not _is_prepared(db):  # else who reads would wait for whoever writes
                    _transact(db, lambda: _prepare(db))
            except BaseException:
                db.close()
                raise
            self._connection = db
            self._opened += 1
        return self._connection


def _is_prepared(db: sqlite3.Connection) -> bool:
    return bool(db.execute("PRAGMA user_version").fetchone()[0] == VERSION)


def _prepare(db: sqlite3.Connection) -> None:
    if _is_prepared(db):
        return
    for name in ("vocabulary", "terms", "passages"):
        db.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in filter(str.strip, SCHEMA.split(";\n")):
        db.execute(statement)


def _insert(passages: Sequence[tuple[Passage, str]], db: sqlite3.Connection) -> None:
    def insert() -> None:
        for passage, terms in passages:
            row = (passage.key, passage.indexed, passage.context)
            added = db.execute("INSERT OR IGNORE INTO passages (key, text, context) VALUES (?, ?, ?)", row)
            if added.rowcount:  # else another process was faster
                db.execute("INSERT INTO terms (rowid, term) VALUES (?, ?)", (added.lastrowid, terms))

    _transact(db, insert)


def _update(rows: Sequence[tuple[str, bytes, int]], db: sqlite3.Connection) -> None:
    """Keep vectors; those of another length by the same model are to be made again, since no product takes both."""
    for model, vector in {(model, len(vector)) for model, vector, _ in rows}:
        other = "UPDATE passages SET model = NULL, vector = NULL WHERE model = ? AND length(vector) != ?"
        db.execute(other, (model, vector))
    db.executemany("UPDATE passages SET model = ?, vector = ? WHERE id = ?", rows)


def _delete(keys: Sequence[tuple[bytes]], db: sqlite3.Connection) -> None:
    def delete() -> None:
        db.executemany("DELETE FROM terms WHERE rowid = (SELECT id FROM passages WHERE key = ?)", keys)
        db.executemany("DELETE FROM passages WHERE key = ?", keys)

    _transact(db, delete)


def _empty_log(db: sqlite3.Connection) -> None:
    """Empty the log (WAL), which holds what was written before; raises OperationalError while another reads it."""
    if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        error = sqlite3.OperationalError("another process keeps the log of the index from being emptied")
        error.sqlite_errorname = "SQLITE_BUSY"
        raise error


def _transact(db: sqlite3.Connection, work: Callable[[], object]) -> None:
    """Do what waits for nothing but the file: another thread that ran meanwhile could wait for it for ever."""
    db.execute("BEGIN IMMEDIATE")
    try:
        work()
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
