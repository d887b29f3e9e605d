"""The owner's answers to gaps, in a table that all processes read: in batches, the last of which can be undone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import Connection, delete, func, select

from ..errors import StoreUnavailable
from ..knowledge.faq import Entry, fold_question
from ..settings import Settings
from ..stores import Database, Databases
from ..stores.tables import gap_answers, gaps
from .gaps import Gap, make_key

LOOK_SECONDS = {"file": 0.2, "server": 1.0}  # after which a chat looks again for new answers, for 0.3 ms in a file
DOWN_SECONDS = 5.0  # the same after a failure


@dataclass(frozen=True)
class NewAnswer:
    """An answer to gaps, and the line that it adds to the eval file.

    `wording` is the question in the owner's words; without it the first gap is the question.
    """

    gaps: tuple[Gap, ...]
    answer: str
    eval_case: str | None = None
    wording: str | None = None

    @property
    def questions(self) -> list[str]:
        """The question, and others that get the same answer."""
        return list(dict.fromkeys([*([self.wording] if self.wording else []), *(gap.question for gap in self.gaps)]))


@dataclass(frozen=True)
class TakenBack:
    """An answer that was taken back: its question, and its line in the eval file."""

    question: str
    eval_case: str | None


class Answers:
    """The answers, for one process: it looks for new ones when they are read, and keeps the last it saw."""

    def __init__(self, databases: Databases) -> None:
        """Connect to nothing yet; raises StartError where the database cannot be made."""
        self.database: Database = databases.open("memory")
        self._lock = Lock()
        self._version: tuple[int, int] = (0, 0)
        self._entries: tuple[Entry, ...] = ()
        self._next_look = 0.0  # monotonic

    def read(self) -> tuple[Entry, ...]:
        """Return the answers, the newest first: the same tuple while nothing changes, or the database is away.

        Of many chats at once one looks; the others go on with what is known.
        """
        if time.monotonic() >= self._next_look and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._entries

    def publish(self, new: Sequence[NewAnswer]) -> None:
        """Store answers as one batch, and delete their gaps, all or nothing; raises StoreUnavailable."""
        self.database.transact(lambda connection: store_answers(connection, new))

    def undo(self) -> list[TakenBack]:
        """Delete the last batch, put its gaps back, and return what was taken back; raises StoreUnavailable."""
        last = select(func.max(gap_answers.c.batch))
        return self.database.transact(lambda connection: self.take_back(connection, connection.scalar(last)))

    def _look(self) -> None:
        try:
            self.database.run(self._refresh)
            self._next_look = time.monotonic() + LOOK_SECONDS["file" if self.database.file else "server"]
        except StoreUnavailable:  # which is logged; what is known stays
            self._next_look = time.monotonic() + DOWN_SECONDS

    def _refresh(self, connection: Connection) -> None:
        row = gap_answers.c
        count, newest = connection.execute(select(func.count(), func.coalesce(func.max(row.id), 0))).one()
        if (count, newest) == self._version:  # rows are added and deleted, never changed, and no id is used twice
            return
        query = select(row.question, row.answer, row.aliases).order_by(row.id.desc())
        self._entries = tuple(
            Entry(question=question, answer=answer, aliases=json.loads(aliases))
            for question, answer, aliases in connection.execute(query)
        )
        self._version = count, newest

    def take_back(self, connection: Connection, batch: int | None) -> list[TakenBack]:
        """Delete a batch in a transaction, put its gaps back, and return what was taken back."""
        row = gap_answers.c
        query = select(row.question, row.eval_case, row.removed).where(row.batch == batch).order_by(row.id)
        found = connection.execute(query).all()
        connection.execute(delete(gap_answers).where(row.batch == batch))
        for each in found:
            self._put_back(connection, each)
        return [TakenBack(each.question, each.eval_case) for each in found]

    def _put_back(self, connection: Connection, answered: Any) -> None:
        """Put the gaps of an answer back, each with those asked again meanwhile."""
        for gap in json.loads(answered.removed):
            days = {name: date.fromisoformat(gap[name]) for name in ("first_day", "last_day")}
            values = {**gap, **days, "key": make_key(fold_question(gap["question"]))}
            values.pop("id")  # which no other one may get
            new = self.database.insert(gaps).values(values)
            again = {"times": gaps.c.times + values["times"], "first_day": values["first_day"]}
            connection.execute(new.on_conflict_do_update(index_elements=[gaps.c.key], set_=again))


def find_answers(settings: Settings, databases: Databases) -> Answers | None:
    """Return the answers, also where `MEMORY` was turned off; None where there was never a database for them."""
    return Answers(databases) if settings.memory or databases.has("memory") else None


def store_answers(connection: Connection, new: Iterable[NewAnswer]) -> int:
    """Store answers in a transaction, delete their gaps, and return the number of their batch."""
    batch: int = connection.execute(select(func.coalesce(func.max(gap_answers.c.batch), 0) + 1)).scalar_one()
    for each in new:
        main, *others = each.questions
        connection.execute(
            gap_answers.insert().values(
                batch=batch,
                question=main,
                answer=each.answer,
                aliases=json.dumps(others, ensure_ascii=False),
                eval_case=each.eval_case,
                removed=json.dumps([asdict(gap) for gap in each.gaps], ensure_ascii=False, default=str),
                answered_at=time.time(),
            )
        )
        connection.execute(delete(gaps).where(gaps.c.id.in_([gap.id for gap in each.gaps])))
    return batch
