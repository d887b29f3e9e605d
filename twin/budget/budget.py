"""The budget of a day: the worst case of each call is held before the call, and settled after."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Event, Lock
from uuid import UUID

from ..errors import BudgetExhausted, Overloaded, StoreUnavailable
from ..settings import Settings
from ..stores import Databases
from ..telemetry.catalogue import BUDGET_TOKENS, BUDGET_USD
from ..telemetry.exposition import Fetched
from ..telemetry.metrics import Metrics
from .costs import NANODOLLARS, Cost, Prices
from .hold import BudgetHold
from .ledger import Day, Ledger
from .refusal import Refusal

SLACK_SECONDS = 15.0  # after a chat's deadline, in which a locked database may still learn the real cost
ROOM_POLL_SECONDS = 0.2  # between two looks for room made by other processes, and for a visitor who has left
HELD_SECONDS = 5  # that a visitor is told to wait where calls under way hold the rest of the day

SPENT = "DAILY_TOKENS, DAILY_USD: what %s may cost is spent; visitors are told so until midnight UTC."
HELD = (
    "DAILY_TOKENS, DAILY_USD: calls under way hold what is left of %s, and others find no room: raise it, or lower "
    "KNOWLEDGE_TOKENS or MAX_OUTPUT_TOKENS."
)

logger = logging.getLogger(__name__)


class Budget:
    """The cap on the cost of a UTC day, in a table that all processes share."""

    def __init__(self, settings: Settings, databases: Databases, metrics: Metrics | None = None) -> None:
        """Connect to nothing yet; raises StartError where no table can be kept."""
        caps = {
            "tokens": settings.daily_tokens or None,
            "nanodollars": None if settings.daily_usd is None else int(settings.daily_usd * NANODOLLARS),
        }
        self._caps = {name: cap for name, cap in caps.items() if cap is not None}
        self._prices = Prices(settings)
        self._metrics = metrics or Metrics()
        self._hold_seconds = settings.chat_deadline + SLACK_SECONDS
        self._ledger = Ledger(databases.open("budget"), self._caps) if self._caps else None
        self._line = Lock()  # of the calls that wait for room, one looks for it at a time
        self._freed = Event()  # is set, and replaced, when a call of this process is settled
        self._refusal: Refusal | None = None
        self._told_on: dict[str, date] = {}

    @property
    def is_capped(self) -> bool:
        """Whether there is a cap, and so anything to count."""
        return self._ledger is not None

    def hold(
        self,
        messages: Sequence[Mapping[str, str]],
        patience: float = 0,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> BudgetHold:
        """Hold the worst case of one call with these chat messages, after waiting for room for `patience` seconds.

        The waiting ends early where the call is no longer wanted. Raises BudgetExhausted where the day has no room for
        the call, Overloaded where only the holds of other calls leave no room, and StoreUnavailable.
        """
        worst = self.find_worst_case(messages)
        give_up = time.monotonic() + patience
        found = self._try_to_hold(worst)
        while isinstance(found, Refusal) and is_wanted() and (remaining := give_up - time.monotonic()) > 0:
            found.freed.wait(min(ROOM_POLL_SECONDS, remaining))
            with self._line:
                found = self._try_to_hold(worst)
        if isinstance(found, BudgetHold):
            return found
        if patience > 0 and is_wanted():
            self._tell_owner(HELD)
        raise Overloaded(retry_after=HELD_SECONDS)

    def find_worst_case(self, messages: Sequence[Mapping[str, str]]) -> Cost:
        """Return the highest cost of a call with these chat messages."""
        return self._prices.find_worst_case(messages)

    def count_calls(self, messages: Sequence[Mapping[str, str]]) -> int:
        """Return how many such calls a day holds if each costs its worst case; the budget must be capped."""
        worst: dict[str, int] = vars(self.find_worst_case(messages))
        return min(cap // worst[name] for name, cap in self._caps.items() if worst[name])

    def fetch_days(self, count: int) -> list[Day]:
        """Return the last days with a cost, the newest first; none where nothing is counted.

        Raises StoreUnavailable.
        """
        return self._ledger.fetch_days(count) if self._ledger else []

    def measure_today(self) -> list[Fetched]:
        """Return what of today's budget is spent, held and allowed; nothing where nothing is counted.

        Raises StoreUnavailable.
        """
        if self._ledger is None:
            return []
        day = self._ledger.fetch_day(datetime.now(UTC).date())
        measured = [
            Fetched(BUDGET_TOKENS, "spent", day.tokens - day.held_tokens),
            Fetched(BUDGET_TOKENS, "held", day.held_tokens),
            Fetched(BUDGET_USD, "spent", day.usd - day.held_usd),
            Fetched(BUDGET_USD, "held", day.held_usd),
        ]
        if "tokens" in self._caps:
            measured.append(Fetched(BUDGET_TOKENS, "limit", self._caps["tokens"]))
        if "nanodollars" in self._caps:
            measured.append(Fetched(BUDGET_USD, "limit", self._caps["nanodollars"] / NANODOLLARS))
        return measured

    def check(self) -> None:
        """Raise StoreUnavailable where the database does not answer."""
        if self._ledger:
            self._ledger.database.check()

    def close(self) -> None:
        """Close the connections that are not in use, as tests do; the service keeps them to its end."""
        if self._ledger:
            self._ledger.database.close()

    def _try_to_hold(self, worst: Cost) -> BudgetHold | Refusal:
        """Return a hold, or a refusal where only other holds leave no room; raises BudgetExhausted."""
        day = datetime.now(UTC).date()
        if self._ledger is None:
            return BudgetHold(day, worst, self._prices, self._metrics)
        refusal = self._refusal
        if refusal is None or not refusal.covers(day, worst):
            freed = self._freed  # read before the look, so that a call settled during it leads to another look
            if hold := self._ledger.hold(day, worst, self._hold_seconds):
                end = partial(self._settle, self._ledger, hold)
                return BudgetHold(day, worst, self._prices, self._metrics, end)
            until = time.monotonic() + ROOM_POLL_SECONDS
            self._refusal = refusal = Refusal(day, worst, self._ledger.fetch_spent(day), freed, until)
        if any(vars(refusal.spent)[name] + vars(worst)[name] > cap for name, cap in self._caps.items()):
            self._tell_owner(SPENT)
            raise BudgetExhausted(retry_after=_count_seconds_to_midnight())
        return refusal

    def _settle(self, ledger: Ledger, hold: UUID, day: date, change: Cost, calls: int) -> None:
        """End a hold, and add `change` to its day; where the database is down, the worst case stands."""
        try:
            ledger.settle(hold, day, change, calls)
        except StoreUnavailable:
            logger.warning("A call could not be settled: its worst case stands.")
        freed, self._freed = self._freed, Event()
        freed.set()

    def _tell_owner(self, text: str) -> None:
        """Log a warning that names the day, once a day."""
        day = datetime.now(UTC).date()
        if self._told_on.get(text) != day:
            logger.warning(text, day)
        self._told_on[text] = day


def _count_seconds_to_midnight() -> int:
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(1)
    return math.ceil((midnight - now).total_seconds())
