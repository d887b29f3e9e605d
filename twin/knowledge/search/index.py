"""The index of passages: their words and vectors, which all processes of the service share."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...system.fairness import give_turn
from ...text.words import find_terms
from ..passages import Passage
from .index_file import IndexFile, empty_log, transact

PASSAGES_AT_ONCE = 100  # that one transaction adds or removes
CHAT_SECONDS = 0.05  # that a chat waits for a file which cannot be read; a writer does not keep it from reading


@dataclass(frozen=True)
class WithoutVector:
    """An indexed passage that has no vector yet."""

    id: int
    text: str
    context: str  # the end of the text before it


class Index:
    """The passages in one file, by keys that are made of their text: so equal ones are indexed once."""

    def __init__(self, path: Path) -> None:
        self._file = IndexFile(path)
        self._has_traces = False  # whether removed passages may still stand in the file's log

    def add(self, passages: Mapping[bytes, Passage]) -> None:
        """Add the passages, by their keys, that are missing; words find them from now on."""
        known = self._read_keys()
        new = [passage for key, passage in passages.items() if key not in known]
        for start in range(0, len(new), PASSAGES_AT_ONCE):
            chunk = [(each, " ".join(find_terms(each.indexed))) for each in new[start : start + PASSAGES_AT_ONCE]]
            self._file.run(partial(_insert, chunk))
            give_turn()

    def remove_others(self, keys: Collection[bytes]) -> None:
        """Remove all passages but those with these keys."""
        stale = [(key,) for key in self._read_keys().difference(keys)]
        for start in range(0, len(stale), PASSAGES_AT_ONCE):
            self._has_traces = True
            self._file.run(partial(_delete, stale[start : start + PASSAGES_AT_ONCE]))
            give_turn()
        if self._has_traces:
            # The words of removed passages stay in the table of terms until then.
            self._file.run(lambda db: db.execute("INSERT INTO terms (terms) VALUES ('optimize')"))
            self._file.run(empty_log)
            self._has_traces = False

    def match(self, terms: Iterable[str], most: int) -> list[bytes]:
        """Return the keys of the passages with some of the terms, the best first (BM25), and up to `most`."""
        query = " OR ".join(f'"{term}"' for term in terms)
        statement = "SELECT key FROM terms JOIN passages ON id = terms.rowid WHERE terms MATCH ? ORDER BY rank LIMIT ?"
        if not query:
            return []
        return self._file.run(lambda db: [key for (key,) in db.execute(statement, (query, most))], CHAT_SECONDS)

    def count_passages(self, terms: Iterable[str]) -> dict[str, int]:
        """Return how many passages hold each term."""
        statement = "SELECT doc FROM vocabulary WHERE term = ?"

        def count(db: sqlite3.Connection) -> dict[str, int]:
            found = ((term, db.execute(statement, (term,)).fetchone()) for term in terms)
            return {term: row[0] if row else 0 for term, row in found}

        return self._file.run(count, CHAT_SECONDS)

    def read_version(self) -> tuple[int, int]:
        """Return a value that changes when another process writes, or another file takes the place of this one."""
        version = self._file.run(lambda db: int(db.execute("PRAGMA data_version").fetchone()[0]), CHAT_SECONDS)
        return self._file.opened, version

    def read_vectors(self, model: str) -> list[tuple[bytes, bytes]]:
        """Return key and vector of each passage that has one by this model; a vector is 32-bit floats."""
        statement = "SELECT key, vector FROM passages WHERE model = ?"
        return self._file.run(lambda db: db.execute(statement, (model,)).fetchall())

    def list_without_vector(self, model: str, most: int, after: int = 0) -> list[WithoutVector]:
        """Return up to `most` passages without a vector by this model, in the order of their ids, above id `after`."""
        statement = "SELECT id, text, context FROM passages WHERE model IS NOT ? AND id > ? ORDER BY id LIMIT ?"
        return self._file.run(lambda db: [WithoutVector(*row) for row in db.execute(statement, (model, after, most))])

    def write_vectors(self, model: str, vectors: Sequence[tuple[int, bytes]]) -> None:
        """Store vectors of passages, by their ids; those of passages that were removed meanwhile are dropped."""
        rows = [(model, vector, id_) for id_, vector in vectors]
        self._file.run(lambda db: transact(db, lambda: _update(rows, db)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read_keys(self) -> set[bytes]:
        return self._file.run(lambda db: {key for (key,) in db.execute("SELECT key FROM passages")})


def _insert(passages: Sequence[tuple[Passage, str]], db: sqlite3.Connection) -> None:
    def insert() -> None:
        for passage, terms in passages:
            row = (passage.key, passage.indexed, passage.context)
            added = db.execute("INSERT OR IGNORE INTO passages (key, text, context) VALUES (?, ?, ?)", row)
            if added.rowcount:  # else another process was faster
                db.execute("INSERT INTO terms (rowid, term) VALUES (?, ?)", (added.lastrowid, terms))

    transact(db, insert)


def _update(rows: Sequence[tuple[str, bytes, int]], db: sqlite3.Connection) -> None:
    """Store vectors; drop those of another length by the same model, since no product takes both."""
    for model, vector in {(model, len(vector)) for model, vector, _ in rows}:
        other = "UPDATE passages SET model = NULL, vector = NULL WHERE model = ? AND length(vector) != ?"
        db.execute(other, (model, vector))
    db.executemany("UPDATE passages SET model = ?, vector = ? WHERE id = ?", rows)


def _delete(keys: Sequence[tuple[bytes]], db: sqlite3.Connection) -> None:
    def delete() -> None:
        db.executemany("DELETE FROM terms WHERE rowid = (SELECT id FROM passages WHERE key = ?)", keys)
        db.executemany("DELETE FROM passages WHERE key = ?", keys)

    transact(db, delete)
