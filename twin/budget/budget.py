"""What a day may cost: the worst case of each call is held before it is made, and settled after."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from threading import Event, Lock
from unicodedata import normalize
from uuid import UUID

from ..errors import BudgetExhausted, Overloaded, StoreUnavailable
from ..settings import Settings
from ..stores import Databases
from ..system.fairness import give_turn
from .ledger import Cost, Day, Ledger

# What a model's template may add to what we send: role marks for each message, and a system prompt of its own.
TOKENS_PER_MESSAGE = 16
TOKENS_PER_CALL = 64

SLACK_SECONDS = 15.0  # after a chat's deadline, in which a database that is locked may yet hear what it cost
POLL_SECONDS = 0.2  # between two looks at whether others have made room, or who waits has left
OVERLOADED_SECONDS = 5  # that a visitor is told to wait where others hold all that is left

SPENT = "DAILY_TOKENS, DAILY_USD: what %s may cost is spent; visitors are told so until midnight UTC."
HELD = (
    "DAILY_TOKENS, DAILY_USD: calls under way hold what is left of %s, and others find no room: raise it, or lower "
    "KNOWLEDGE_TOKENS or MAX_OUTPUT_TOKENS."
)

logger = logging.getLogger(__name__)


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
        prices = settings.usd_per_million_input, settings.usd_per_million_output
        read, written = (Fraction(price or 0) * 1_000 for price in prices)  # nanodollars a token
        self._parts = math.lcm(read.denominator, written.denominator)  # of a nanodollar, in which both are whole
        self._prices = int(read * self._parts), int(written * self._parts)
        self._ledger = Ledger(databases.open("budget"), self._caps) if self._caps else None
        self._turn = Lock()  # of those who wait for room, one looks for it at a time
        self._freed = Event()  # is set, and replaced, when a call of this process is settled
        self._refusal: _Refusal | None = None
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
    ) -> Hold:
        """Hold the worst case of one call with these chat messages, after waiting for room for `patience` seconds.

        The waiting ends early where the call `is_wanted` no more. Raises BudgetExhausted where the day has no room for
        it, Overloaded where it had but for what others hold, and StoreUnavailable where nobody knows.
        """
        worst = self.find_worst_case(messages)
        give_up = time.monotonic() + patience
        found = self._try_to_hold(worst)
        while isinstance(found, _Refusal) and is_wanted() and (remaining := give_up - time.monotonic()) > 0:
            found.freed.wait(min(POLL_SECONDS, remaining))
            with self._turn:
                found = self._try_to_hold(worst)
        if isinstance(found, Hold):
            return found
        if patience > 0 and is_wanted():
            self._tell_owner(HELD)
        raise Overloaded(retry_after=OVERLOADED_SECONDS)

    def find_worst_case(self, messages: Sequence[Mapping[str, str]]) -> Cost:
        """Return the most that a call can cost: no tokenizer makes more tokens than there are bytes of UTF-8."""
        extra = self._settings.openai_extra
        prompt = 0
        for message in messages:
            give_turn()
            prompt += _count_bytes(message["content"]) + TOKENS_PER_MESSAGE
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

    def settle(self, hold: UUID, day: date, change: Cost, calls: int) -> None:
        """End a hold, and add `change` to its day; where the database is down, what was held stands."""
        assert self._ledger
        try:
            self._ledger.settle(hold, day, change, calls)
        except StoreUnavailable:
            logger.warning("A call could not be settled: its worst case stands.")
        freed, self._freed = self._freed, Event()
        freed.set()

    def fetch_days(self, count: int) -> list[Day]:
        """Return the last days on which something was spent, the newest first; none where nothing is counted.

        Raises StoreUnavailable.
        """
        return self._ledger.fetch_days(count) if self._ledger else []

    def check(self) -> None:
        """Raise StoreUnavailable where the database does not answer."""
        if self._ledger:
            self._ledger.database.check()

    def close(self) -> None:
        """Close the connections that nobody is using."""
        if self._ledger:
            self._ledger.database.close()

    def _try_to_hold(self, worst: Cost) -> Hold | _Refusal:
        """Return a hold, or that there is no room but for what others hold; raises BudgetExhausted."""
        day = datetime.now(UTC).date()
        if self._ledger is None:
            return Hold(self, None, day, worst)
        refusal = self._refusal
        if refusal is None or not refusal.covers(day, worst):
            freed = self._freed  # before the look: what is freed during it calls for another
            if hold := self._ledger.hold(day, worst, self._settings.chat_deadline + SLACK_SECONDS):
                return Hold(self, hold, day, worst)
            until = time.monotonic() + POLL_SECONDS
            self._refusal = refusal = _Refusal(day, worst, self._ledger.fetch_spent(day), freed, until)
        if any(vars(refusal.spent)[name] + vars(worst)[name] > cap for name, cap in self._caps.items()):
            self._tell_owner(SPENT)
            raise BudgetExhausted(retry_after=_seconds_to_midnight())
        return refusal

    def _tell_owner(self, text: str) -> None:
        """Log a warning with the day in it, once a day."""
        day = datetime.now(UTC).date()
        if self._told_on.get(text) != day:
            logger.warning(text, day)
        self._told_on[text] = day


@dataclass(frozen=True)
class _Refusal:
    """That a day had no room for a call: for none as large it has until something is freed, by other processes too.

    So however many wait, the database is asked about once for each call that is settled.
    """

    day: date
    worst: Cost
    spent: Cost
    freed: Event
    until: float

    def covers(self, day: date, worst: Cost) -> bool:
        """Whether another call needs not ask."""
        is_fresh = not self.freed.is_set() and time.monotonic() < self.until
        is_as_large = worst.tokens >= self.worst.tokens and worst.nanodollars >= self.worst.nanodollars
        return is_fresh and is_as_large and day == self.day


class Hold:
    """The worst case of one call, which counts as spent until more is known; process ends included."""

    def __init__(self, budget: Budget, hold: UUID | None, day: date, worst: Cost) -> None:
        """`hold` is None where nothing is counted."""
        self._budget = budget
        self._id = hold
        self._day = day
        self._worst = worst

    def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count what the call did cost instead."""
        real = self._budget.price(prompt_tokens, completion_tokens)
        self._end(Cost(real.tokens - self._worst.tokens, real.nanodollars - self._worst.nanodollars))

    def release(self) -> None:
        """Count nothing, since the call was not made or was refused."""
        self._end(Cost(-self._worst.tokens, -self._worst.nanodollars), calls=-1)

    def close(self) -> None:
        """Count the worst case, unless what the call did cost is known."""
        self._end(Cost(0, 0))

    def _end(self, change: Cost, calls: int = 0) -> None:
        hold, self._id = self._id, None
        if hold is not None:
            self._budget.settle(hold, self._day, change, calls)


def _count_bytes(text: str) -> int:
    """Return the bytes of `text` in its longest form: some tokenizers normalize it first (Unicode, annex 15)."""
    forms = [text] if text.isascii() else [text, normalize("NFC", text), normalize("NFKC", text)]
    return max(len(form.encode()) for form in forms)


def _seconds_to_midnight() -> int:
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(1)
    return math.ceil((midnight - now).total_seconds())
