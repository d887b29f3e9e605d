"""The gaps, in a table that all processes share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, func, select, update

from ..knowledge.faq import fold_question
from ..stores import Database, Databases
from ..stores.tables import clean, gaps
from .question import read_question

MAX_GAPS = 10_000  # one more replaces the least asked, and among those the oldest


@dataclass(frozen=True)
class Gap:
    """A question without an answer, with the number of times it was asked, and the first and last UTC day."""

    id: int
    question: str
    times: int
    first_day: date
    last_day: date


class Gaps:
    """The store of gaps, for one process."""

    def __init__(self, databases: Databases, *, most: int = MAX_GAPS) -> None:
        """Connect to nothing yet; raises StartError where the database cannot be made."""
        self.database: Database = databases.open("memory")
        self._most = most

    def record(self, message: str) -> None:
        """Count the question in a visitor's message, made anonymous, if there is one; raises StoreUnavailable."""
        if question := read_question(message):
            self.database.transact(lambda connection: self._record(connection, question))

    def fetch_all(self) -> list[Gap]:
        """Return all gaps, the most asked first; raises StoreUnavailable."""
        row = gaps.c
        query = select(row.id, row.question, row.times, row.first_day, row.last_day)
        query = query.order_by(row.times.desc(), row.last_day.desc(), row.id)
        return [Gap(*found) for found in self.database.run(lambda connection: connection.execute(query).all())]

    def count(self) -> int:
        """Return the number of gaps; raises StoreUnavailable."""
        return self.database.run(_count)

    def delete(self, ids: Sequence[int]) -> int:
        """Delete gaps, and return how many existed; raises StoreUnavailable."""
        change = delete(gaps).where(gaps.c.id.in_(ids))
        return self.database.run(lambda connection: connection.execute(change).rowcount)

    def _record(self, connection: Connection, question: str) -> None:
        row, today = gaps.c, datetime.now(UTC).date()
        key = sha256(clean(fold_question(question)).encode()).hexdigest()
        again = {"times": row.times + 1, "last_day": today}
        if connection.execute(update(gaps).where(row.key == key).values(again)).rowcount:
            return  # an INSERT would use up an id each time
        new = self.database.insert(gaps)
        new = new.values(key=key, question=question, times=1, first_day=today, last_day=today)
        new = new.on_conflict_do_update(index_elements=[row.key], set_=again)
        kept: int = connection.execute(new.returning(row.id)).scalar_one()
        if (more := _count(connection) - self._most) > 0:
            least = select(row.id).where(row.id != kept).order_by(row.times, row.last_day, row.id).limit(more)
            connection.execute(delete(gaps).where(row.id.in_(least.scalar_subquery())))


def delete_unasked(database: Database, since: date) -> int:
    """Delete the gaps not asked about since a day, and return how many; raises StoreUnavailable."""
    change = delete(gaps).where(gaps.c.last_day < since)
    return database.run(lambda connection: connection.execute(change).rowcount)


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(gaps)).scalar_one()
