"""What a day may cost: the worst case of each call is held before it is made, and settled after."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from unicodedata import normalize

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from .config import Settings
from .db import Databases
from .errors import BudgetExhausted, StoreUnavailable
from .tables import budget_days

# What a model's template may add to what we send: role marks for each message, and a system prompt of its own.
TOKENS_PER_MESSAGE = 16
TOKENS_PER_CALL = 64

# Built once: to put a statement together costs as much as to execute it. `on` is the day, `more_…` what is added.
CHANGE = (
    update(budget_days)
    .where(budget_days.c.day == bindparam("on"))
    .values({name: budget_days.c[name] + bindparam(f"more_{name}") for name in ("calls", "tokens", "nanodollars")})
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cost:
    """What a call costs, or may cost."""

    tokens: int
    nanodollars: int


@dataclass(frozen=True)
class Day:
    """What a UTC day has cost, with the worst case of each call that is not settled."""

    day: date
    calls: int
    tokens: int
    usd: float


class Budget:
    """The cap on what a UTC day may cost, in a table that all processes share."""

    def __init__(self, settings: Settings, databases: Databases) -> None:
        """Connect to nothing yet; raises StartError where no table can be kept."""
        self._settings = settings
        caps = {
            "tokens": settings.daily_tokens or None,
            "nanodollars": None if settings.daily_usd is None else int(settings.daily_usd * 10**9),
        }
        self._caps = {name: cap for name, cap in caps.items() if cap is not None}
        self._change_if_room = CHANGE.where(*(budget_days.c[name] <= bindparam(f"most_{name}") for name in self._caps))
        prices = settings.usd_per_million_input, settings.usd_per_million_output
        read, written = (Fraction(price or 0) * 1_000 for price in prices)  # nanodollars a token
        self._parts = math.lcm(read.denominator, written.denominator)  # of a nanodollar, in which both are whole
        self._prices = int(read * self._parts), int(written * self._parts)
        self._database = databases.open("budget") if self._caps else None
        self._told_on: date | None = None

    @property
    def is_capped(self) -> bool:
        """Whether there is a cap, and so anything to count."""
        return self._database is not None

    def hold(self, messages: Sequence[Mapping[str, str]]) -> Hold:
        """Hold the worst case of one call with these chat messages.

        Raises BudgetExhausted where the day has no room for it, and StoreUnavailable where nobody knows.
        """
        worst = self.find_worst_case(messages)
        day = datetime.now(UTC).date()
        if not self._record(day, worst, calls=1):
            self._tell_owner(day)
            raise BudgetExhausted(retry_after=_seconds_to_midnight())
        return Hold(self, day, worst)

    def find_worst_case(self, messages: Sequence[Mapping[str, str]]) -> Cost:
        """Return the most that a call can cost: no tokenizer makes more tokens than there are bytes of UTF-8."""
        extra = self._settings.openai_extra
        prompt = sum(_count_bytes(message["content"]) + TOKENS_PER_MESSAGE for message in messages)
        prompt += TOKENS_PER_CALL + (len(json.dumps(extra, ensure_ascii=False).encode()) if extra else 0)
        return self.price(prompt, self._settings.max_output_tokens)

    def count_calls(self, messages: Sequence[Mapping[str, str]]) -> int:
        """Return how many such calls a day holds if each costs its worst case; only of a budget that is capped."""
        worst: dict[str, int] = vars(self.find_worst_case(messages))
        return min(cap // worst[name] for name, cap in self._caps.items() if worst[name])

    def price(self, prompt_tokens: int, completion_tokens: int) -> Cost:
        """Return what so many tokens cost; fractions of a nanodollar are rounded up."""
        read, written = self._prices
        parts = read * prompt_tokens + written * completion_tokens
        return Cost(prompt_tokens + completion_tokens, -(-parts // self._parts))

    def settle(self, day: date, change: Cost, calls: int) -> None:
        """Add `change` to a day, whatever its cap; where the database is down, what was held stands."""
        try:  # if that does not last, what was held does
            self._record(day, change, calls, is_settled=True)
        except StoreUnavailable:
            logger.warning("A call could not be settled: its worst case stands.")

    def fetch_days(self, count: int) -> list[Day]:
        """Return the last days on which something was spent, the newest first; none where nothing is counted.

        Raises StoreUnavailable.
        """
        query = select(budget_days).order_by(budget_days.c.day.desc()).limit(count)
        rows = self._database.run(lambda connection: connection.execute(query).all()) if self._database else []
        return [Day(row.day, row.calls, row.tokens, row.nanodollars / 10**9) for row in rows]

    def check(self) -> None:
        """Raise StoreUnavailable where the database does not answer."""
        if self._database is not None:
            self._database.check()

    def close(self) -> None:
        """Close the connections that nobody is using."""
        if self._database is not None:
            self._database.close()

    def _record(self, day: date, cost: Cost, calls: int, *, is_settled: bool = False) -> bool:
        """Add to a day, in one statement that changes nothing where it would pass the cap; return whether it did."""
        if self._database is None:
            return True
        values = {"on": day, "more_calls": calls} | {f"more_{name}": more for name, more in vars(cost).items()}
        change = CHANGE
        if not is_settled:
            change = self._change_if_room
            values |= {f"most_{name}": cap - vars(cost)[name] for name, cap in self._caps.items()}

        def record(connection: Connection) -> bool:
            if connection.execute(change, values).rowcount:
                return True
            _begin_day(connection, day)  # if it is this that was missing; another process may do it meanwhile
            return bool(connection.execute(change, values).rowcount)

        return self._database.run(record, lasts=not is_settled)

    def _tell_owner(self, day: date) -> None:
        if self._told_on != day:
            logger.warning(
                "DAILY_TOKENS, DAILY_USD: what %s may cost is spent or held; visitors are told so until midnight UTC.",
                day,
            )
        self._told_on = day


@dataclass(frozen=True)
class Hold:
    """The worst case of one call, which counts as spent until more is known; process ends included."""

    _budget: Budget
    _day: date
    _worst: Cost

    def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count what the call did cost instead."""
        real = self._budget.price(prompt_tokens, completion_tokens)
        change = Cost(real.tokens - self._worst.tokens, real.nanodollars - self._worst.nanodollars)
        self._budget.settle(self._day, change, 0)

    def release(self) -> None:
        """Count nothing, since the call was not made or was refused."""
        self._budget.settle(self._day, Cost(-self._worst.tokens, -self._worst.nanodollars), -1)


def _count_bytes(text: str) -> int:
    """Return the bytes of `text` in its longest form: some tokenizers normalize it first (Unicode, annex 15)."""
    forms = [text] if text.isascii() else [text, normalize("NFC", text), normalize("NFKC", text)]
    return max(len(form.encode()) for form in forms)


def _begin_day(connection: Connection, day: date) -> None:
    """Make the day's row where it is missing."""
    if connection.scalar(select(budget_days.c.day).where(budget_days.c.day == day)) is None:
        with suppress(IntegrityError):  # another process did
            connection.execute(insert(budget_days).values(day=day, calls=0, tokens=0, nanodollars=0))


def _seconds_to_midnight() -> int:
    now = datetime.now(UTC)
    return math.ceil((datetime.combine(now.date() + timedelta(1), time(), UTC) - now).total_seconds())
