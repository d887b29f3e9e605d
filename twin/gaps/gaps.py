"""The gaps, and what was said instead of knowing, in tables that all processes share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, update

from ..knowledge.faq import fold_question
from ..stores import Database, Databases
from ..stores.tables import clean, gap_answers, gaps, inventions
from .question import mask_sentence, read_question

MAX_GAPS = 10_000  # one more replaces the least asked, and among those the oldest; of inventions as well


@dataclass(frozen=True)
class Gap:
    """A question without an answer, with the number of times it was asked, and the first and last UTC day."""

    id: int
    question: str
    times: int
    first_day: date
    last_day: date
    said: str | None = None  # the twin's latest answer, without contacts; of older rows it is unknown
    close_to: str | None = None  # the key of the passage that was close to it then, in hexadecimal


@dataclass(frozen=True)
class Invention:
    """A sentence with something that nobody gave the model, with the times it was said, the first and last UTC day."""

    id: int
    sentence: str
    times: int
    first_day: date
    last_day: date


class Gaps:
    """The store of gaps and inventions, for one process."""

    def __init__(self, databases: Databases, *, most: int = MAX_GAPS) -> None:
        """Connect to nothing yet; raises StartError where the database cannot be made."""
        self.database: Database = databases.open("memory")
        self._most = most

    def record(self, message: str, said: str = "", close_to: str | None = None) -> None:
        """Count the question in a visitor's message, made anonymous, if there is one; raises StoreUnavailable.

        Of the twin's answer the latest is kept, in one line without contacts; `close_to` is the key of the passage
        that was close to the question, in hexadecimal.
        """
        if question := read_question(message):
            latest = {"said": mask_sentence(said) or None, "close_to": close_to}
            self._count(gaps, {"question": question}, fold_question(question), latest)

    def record_invention(self, sentence: str) -> None:
        """Count a sentence of an answer, without contacts; raises StoreUnavailable."""
        if text := mask_sentence(sentence):
            self._count(inventions, {"sentence": text}, fold_question(text) or text)

    def fetch_all(self) -> list[Gap]:
        """Return all gaps, the most asked first; raises StoreUnavailable."""
        return [Gap(*found) for found in self._fetch(gaps, gaps.c.question, gaps.c.said, gaps.c.close_to)]

    def find_same(self, question: str) -> list[Gap]:
        """Return the gap of a question, but for case and fillers, if there is one; raises StoreUnavailable."""
        key, row = make_key(fold_question(question)), gaps.c
        query = select(row.id, row.question, row.times, row.first_day, row.last_day, row.said, row.close_to)
        found = self.database.run(lambda connection: connection.execute(query.where(row.key == key)).all())
        return [Gap(*each) for each in found]

    def fetch_inventions(self) -> list[Invention]:
        """Return all inventions, the most frequent first; raises StoreUnavailable."""
        return [Invention(*found) for found in self._fetch(inventions, inventions.c.sentence)]

    def count(self) -> int:
        """Return the number of gaps; raises StoreUnavailable."""
        return self.database.run(lambda connection: _count(connection, gaps))

    def delete(self, ids: Sequence[int]) -> int:
        """Delete gaps, and return how many existed; raises StoreUnavailable."""
        return self._delete(gaps, ids)

    def delete_inventions(self, ids: Sequence[int]) -> int:
        """Delete inventions, and return how many existed; raises StoreUnavailable."""
        return self._delete(inventions, ids)

    def _fetch(self, table: Table, text: Any, *more: Any) -> Sequence[Any]:
        row = table.c
        query = select(row.id, text, row.times, row.first_day, row.last_day, *more)
        query = query.order_by(row.times.desc(), row.last_day.desc(), row.id)
        return self.database.run(lambda connection: connection.execute(query).all())

    def _delete(self, table: Table, ids: Sequence[int]) -> int:
        change = delete(table).where(table.c.id.in_(ids))
        return self.database.run(lambda connection: connection.execute(change).rowcount)

    def _count(
        self, table: Table, text: dict[str, str], folded: str, latest: dict[str, str | None] | None = None
    ) -> None:
        """Count a text; `latest` are the values of columns that are those of the last time."""
        key = make_key(folded)
        self.database.transact(lambda connection: self._record(connection, table, text, key, latest or {}))

    def _record(
        self, connection: Connection, table: Table, text: dict[str, str], key: str, latest: dict[str, str | None]
    ) -> None:
        row, today = table.c, datetime.now(UTC).date()
        again = {"times": row.times + 1, "last_day": today, **latest}
        if connection.execute(update(table).where(row.key == key).values(again)).rowcount:
            return  # an INSERT would use up an id each time
        new = self.database.insert(table).values(key=key, times=1, first_day=today, last_day=today, **text, **latest)
        new = new.on_conflict_do_update(index_elements=[row.key], set_=again)
        kept: int = connection.execute(new.returning(row.id)).scalar_one()
        if (more := _count(connection, table) - self._most) > 0:
            least = select(row.id).where(row.id != kept).order_by(row.times, row.last_day, row.id).limit(more)
            connection.execute(delete(table).where(row.id.in_(least.scalar_subquery())))


def make_key(folded: str) -> str:
    """Return the key of a folded text in its table."""
    return sha256(clean(folded).encode()).hexdigest()


def delete_unasked(database: Database, since: date) -> int:
    """Delete gaps and inventions that did not come up since a day, and return how many; raises StoreUnavailable.

    The gaps that an older answer removed are deleted for good, and not counted.
    """
    changes = [delete(table).where(table.c.last_day < since) for table in (gaps, inventions)]
    start = datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp()
    forgetting = update(gap_answers).where(gap_answers.c.answered_at < start).values(removed="[]")

    def delete_all(connection: Connection) -> int:
        connection.execute(forgetting)
        return sum(connection.execute(change).rowcount for change in changes)

    return database.run(delete_all)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
