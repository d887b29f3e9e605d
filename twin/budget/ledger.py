"""The ledger: the cost of each UTC day and the calls under way, in rows that all processes share."""

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
from .costs import NANODOLLARS, Cost

COUNTS = ("calls", "tokens", "nanodollars")

# Built once, since building a statement costs as much as executing it. `on` is the day, `more_…` the amounts added.
CHANGE_DAY = (
    update(budget_days)
    .where(budget_days.c.day == bindparam("on"))
    .values({name: budget_days.c[name] + bindparam(f"more_{name}") for name in COUNTS})
)
END_HOLD = delete(budget_holds).where(budget_holds.c.id == bindparam("hold"))


@dataclass(frozen=True)
class Day:
    """The cost of a UTC day, and the share of it that is the worst case of calls under way."""

    day: date
    calls: int
    tokens: int
    nanodollars: int
    held_calls: int
    held_tokens: int
    held_nanodollars: int

    @property
    def usd(self) -> float:
        """The whole cost in USD."""
        return self.nanodollars / NANODOLLARS

    @property
    def held_usd(self) -> float:
        """The held share in USD."""
        return self.held_nanodollars / NANODOLLARS


class Ledger:
    """The sums of each day, which include the worst case of unsettled calls, and the list of these calls.

    A call is counted and listed in one transaction. One that is not settled in its time is dropped from the list: its
    process has died, and the worst case stays in the sum.
    """

    def __init__(self, database: Database, caps: Mapping[str, int]) -> None:
        self.database = database
        self._caps = caps
        change = CHANGE_DAY.where(*(budget_days.c[name] <= bindparam(f"most_{name}") for name in caps))
        row = {"id": "hold", "day": "on", "tokens": "more_tokens", "nanodollars": "more_nanodollars"}
        listed: dict[str, ColumnElement[Any]]
        listed = {name: bindparam(value, type_=budget_holds.c[name].type) for name, value in row.items()}
        listed["expires_at"] = database.now + bindparam("seconds")
        if database.file:
            self._transact = database.transact
            self._hold = [change, insert(budget_holds).values(listed)]
            self._settle = [CHANGE_DAY, END_HOLD]
        else:  # in one statement, so that the day's row is locked only for a commit
            self._transact = database.run
            changed = change.returning(budget_days.c.day).cte("changed")
            entry = insert(budget_holds).from_select([*listed], select(*listed.values()).select_from(changed))
            self._hold = [entry.execution_options(preserve_rowcount=True)]
            self._settle = [CHANGE_DAY.add_cte(END_HOLD.cte("ended"))]
        self._days = _select_days(_sum_holds(database))

    def hold(self, day: date, worst: Cost, seconds: float) -> UUID | None:
        """Count the worst case of a call, held for at most `seconds`, where the day's caps have room.

        Returns the hold's id, or None. Raises StoreUnavailable.
        """
        values = _name_values(uuid4(), day, worst, 1) | {"seconds": seconds}
        values |= {f"most_{name}": cap - vars(worst)[name] for name, cap in self._caps.items()}

        def count(connection: Connection) -> bool:
            return all(connection.execute(statement, values).rowcount for statement in self._hold)

        def hold(connection: Connection) -> bool:
            if count(connection):
                return True
            self._begin(connection, day)  # in case only its row was missing
            return count(connection)

        return values["hold"] if self._transact(hold) else None

    def settle(self, hold: UUID, day: date, change: Cost, calls: int) -> None:
        """End a hold, and add `change` to its day, whatever the caps; raises StoreUnavailable."""
        values = _name_values(hold, day, change, calls)

        def settle(connection: Connection) -> None:
            for statement in self._settle:
                connection.execute(statement, values)

        self._transact(settle, durable=False)  # if this is lost with the power, the worst case stands

    def fetch_day(self, day: date) -> Day:
        """Return the cost of a day; raises StoreUnavailable."""
        query = self._days.where(budget_days.c.day == day)
        row = self.database.run(lambda connection: connection.execute(query).one_or_none())
        return Day(*row or (day, *6 * [0]))

    def fetch_spent(self, day: date) -> Cost:
        """Return the cost of a day without holds; raises StoreUnavailable."""
        found = self.fetch_day(day)
        return Cost(found.tokens - found.held_tokens, found.nanodollars - found.held_nanodollars)

    def fetch_days(self, count: int) -> list[Day]:
        """Return the last days with a cost, the newest first; raises StoreUnavailable."""
        query = self._days.order_by(budget_days.c.day.desc()).limit(count)
        return [Day(*row) for row in self.database.run(lambda connection: connection.execute(query).all())]

    def _begin(self, connection: Connection, day: date) -> None:
        """Insert the day's row where it is missing, and delete the holds of dead processes."""
        if connection.scalar(select(budget_days.c.day).where(budget_days.c.day == day)) is None:
            with suppress(IntegrityError):  # another process was faster
                connection.execute(insert(budget_days).values(day=day, calls=0, tokens=0, nanodollars=0))
            connection.execute(delete(budget_holds).where(budget_holds.c.expires_at < self.database.now))


def _name_values(hold: UUID, day: date, cost: Cost, calls: int) -> dict[str, Any]:
    counts = {"calls": calls, **vars(cost)}
    return {"hold": hold, "on": day} | {f"more_{name}": counts[name] for name in COUNTS}


def _sum_holds(database: Database) -> Subquery:
    """Return the sums of the holds on each day."""
    row = budget_holds.c
    sums = [func.count().label("calls"), func.sum(row.tokens).label("tokens")]
    sums.append(func.sum(row.nanodollars).label("nanodollars"))
    return select(row.day, *sums).where(row.expires_at >= database.now).group_by(row.day).subquery()


def _select_days(held: Subquery) -> Select[Any]:
    """Return the columns of Day; in one statement, so that sums and holds are of one moment."""
    columns = [cast(func.coalesce(held.c[name], 0), BigInteger) for name in COUNTS]
    return select(*budget_days.c, *columns).outerjoin(held, held.c.day == budget_days.c.day)
