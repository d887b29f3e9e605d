"""A hold: the worst case of one call, which counts as spent until the call is settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ..telemetry.metrics import Metrics
from .costs import NANODOLLARS, Cost, Prices


class BudgetHold:
    """The hold on one call, on the day on which the call began; the worst case stands if the process dies."""

    def __init__(
        self,
        day: date,
        worst: Cost,
        prices: Prices,
        metrics: Metrics,
        end: Callable[[date, Cost, int], None] | None = None,
    ) -> None:
        """`end` ends the hold, with a change of the day's cost and calls; None where no budget is counted."""
        self._day = day
        self._worst = worst
        self._prices = prices
        self._metrics = metrics
        self._end_hold = end
        self._has_ended = False

    def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count the real cost of the call in place of the worst case."""
        if not self._has_ended:
            self._metrics.record_usage(prompt_tokens, completion_tokens)
        self._end(self._prices.price(prompt_tokens, completion_tokens) - self._worst)

    def release(self) -> None:
        """Count nothing, since the call was not made or was refused."""
        self._end(Cost(0, 0) - self._worst, calls=-1)

    def close(self) -> None:
        """Count the worst case, unless the hold has ended already."""
        self._end(Cost(0, 0))

    def _end(self, change: Cost, calls: int = 0) -> None:
        if self._has_ended:
            return
        self._has_ended = True
        self._metrics.record_cost((self._worst.nanodollars + change.nanodollars) / NANODOLLARS)
        if self._end_hold is not None:
            self._end_hold(self._day, change, calls)
