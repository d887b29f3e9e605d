"""What each UTC day has cost, and which of its calls are under way: rows that all processes share."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from ..stores import Database
from ..stores.tables import budget_days, budget_holds

COUNTS = ("calls", "tokens", "nanodollars")

# Built once: to put a statement together costs as much as to execute it. `on` is the day, `more_…` what is added.
CHANGE = (
    update(budget_days)
    .where(budget_days.c.day == bindparam("on"))
    .values({name: budget_days.c[name] + bindparam(f"more_{name}") for name in COUNTS})
)
END = delete(budget_holds).where(budget_holds.c.id == bindparam("hold"))


@dataclass(frozen=True)
class Cost:
    """What a call costs, or may cost."""

    tokens: int
    nanodollars: int


@dataclass(frozen=True)
class Day:
    """What a UTC day has cost, and what of that is the worst case of calls that are under way."""

    day: date
    calls: int
    tokens: int
    nanodollars: int
    held_calls: int
    held_tokens: int
    held_nanodollars: int

    @property
    def usd(self) -> float:
        """What all of it comes to in USD."""
        return self.nanodollars / 10**9

    @property
    def held_usd(self) -> float:
        """What is held of that."""
        return self.held_nanodollars / 10**9


class Ledger:
    """The days' sums, with the worst case of each call that is not settled, and beside them these calls.

    A call that is under way is counted and listed in one transaction. One that is not settled when its time is over
    is not looked at any more: what its process, which died, had held stays in the sum.
    """

    def __init__(self, database: Database, caps: Mapping[str, int]) -> None:
        self.database = database
        self._caps = caps
        change = CHANGE.where(*(budget_days.c[name] <= bindparam(f"most_{name}") for name in caps))
        row = {"id": "hold", "day": "on", "tokens": "more_tokens", "nanodollars": "more_nanodollars"}
        listed: dict[str, ColumnElement[Any]]
        listed = {name: bindparam(value, type_=budget_holds.c[name].type) for name, value in row.items()}
        listed["expires_at"] = database.now + bindparam("seconds")
        if database.file:
            self._transact = database.transact
            self._hold = [change, insert(budget_holds).values(listed)]
            self._settle = [CHANGE, END]
        else:  # in one statement, so that the day's row is locked for no longer than a commit takes
            self._transact = database.run
            changed = change.returning(budget_days.c.day).cte("changed")
            entry = insert(budget_holds).from_select([*listed], select(*listed.values()).select_from(changed))
            self._hold = [entry.execution_options(preserve_rowcount=True)]
            self._settle = [CHANGE.add_cte(END.cte("ended"))]
        self._days = _select_days(_sum_holds(database))

    def hold(self, day: date, worst: Cost, seconds: float) -> UUID | None:
        """Count a call's worst case, held for at most so many seconds, where the day's caps have room for it.

        Returns the hold's id, or None. Raises StoreUnavailable.
        """
        values = _name_values(uuid4(), day, worst, 1) | {"seconds": seconds}
        values |= {f"most_{name}": cap - vars(worst)[name] for name, cap in self._caps.items()}

        def count(connection: Connection) -> bool:
            return all(connection.execute(statement, values).rowcount for statement in self._hold)

        def hold(connection: Connection) -> bool:
            if count(connection):
                return True
            self._begin(connection, day)  # if it is this that was missing; another process may do it meanwhile
            return count(connection)

        return values["hold"] if self._transact(hold) else None

    def settle(self, hold: UUID, day: date, change: Cost, calls: int) -> None:
        """End a hold, and add `change` to its day, whatever the caps; raises StoreUnavailable."""
        values = _name_values(hold, day, change, calls)

        def settle(connection: Connection) -> None:
            for statement in self._settle:
                connection.execute(statement, values)

        self._transact(settle, durable=False)  # if that does not last, what was held does

    def fetch_spent(self, day: date) -> Cost:
        """Return what the day has cost without what is held; raises StoreUnavailable."""
        query = self._days.where(budget_days.c.day == day)
        row = self.database.run(lambda connection: connection.execute(query).one_or_none())
        found = Day(*row or (day, *6 * [0]))
        return Cost(found.tokens - found.held_tokens, found.nanodollars - found.held_nanodollars)

    def fetch_days(self, count: int) -> list[Day]:
        """Return the last days on which something was spent, the newest first; raises StoreUnavailable."""
        query = self._days.order_by(budget_days.c.day.desc()).limit(count)
        return [Day(*row) for row in self.database.run(lambda connection: connection.execute(query).all())]

    def _begin(self, connection: Connection, day: date) -> None:
        """Make the day's row where it is missing, and forget the holds of processes that died before."""
        if connection.scalar(select(budget_days.c.day).where(budget_days.c.day == day)) is None:
            with suppress(IntegrityError):  # another process did
                connection.execute(insert(budget_days).values(day=day, calls=0, tokens=0, nanodollars=0))
            connection.execute(delete(budget_holds).where(budget_holds.c.expires_at < self.database.now))


def _name_values(hold: UUID, day: date, cost: Cost, calls: int) -> dict[str, Any]:
    counts = {"calls": calls, **vars(cost)}
    return {"hold": hold, "on": day} | {f"more_{name}": counts[name] for name in COUNTS}


def _sum_holds(database: Database) -> Subquery:
    """Return what is held on each day."""
    row = budget_holds.c
    sums = [func.count().label("calls"), func.sum(row.tokens).label("tokens")]
    sums.append(func.sum(row.nanodollars).label("nanodollars"))
    return select(row.day, *sums).where(row.expires_at >= database.now).group_by(row.day).subquery()


def _select_days(held: Subquery) -> Select[Any]:
    """Return days as Day has them; in one statement, so that sums and holds are of one moment."""
    columns = [cast(func.coalesce(held.c[name], 0), BigInteger) for name in COUNTS]
    return select(*budget_days.c, *columns).outerjoin(held, held.c.day == budget_days.c.day)
