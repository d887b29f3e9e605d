"""Numbers that follow from others: ages, durations, sums, differences, shares, prices, and the same in another unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from .collection import Collection
from .quantities import YEARS
from .quantity import Quantity
from .units import DAYS, MONEY

ROUNDED = 0.09  # by which a duration in another unit may differ
CENT = 0.006
PERCENT = 0.6  # by which a rounded percentage differs at most
MAX_SPAN = 100  # years


def follows(
    number: Quantity, others: Sequence[Quantity], known: Sequence[Collection], year: int, shares: Sequence[float] = ()
) -> bool:
    """Return whether a number follows from others beside it, with a year or price of the texts, or from another unit.

    `year` is this one; `shares` are fractions that the answer names, such as a quarter.
    """
    value = number.value
    if value is None or number.unit in ("code", "time", "date"):
        return False
    beside = list(dict.fromkeys(other.value for other in others if other.value is not None))
    births = [float(each) for texts in known for each in texts.births]
    if value in YEARS and number.unit not in MONEY:
        spans = [each.value for each in others if each.value and each.value < MAX_SPAN and each.unit in ("year", "")]
        return value == year or any(
            value in (each + span, each - span) for each in [*beside, *births] for span in spans
        )
    if any(_is_near(value, result, number.unit) for result in _calculate(beside, year)):
        return True
    if number.unit in ("year", "") and any(year - each - value in (0, 1) for each in births):
        return True
    if number.unit == "year" and any(year - each - value in (0, 1) for texts in known for each in texts.beginnings):
        return True
    if number.unit in DAYS:
        return any(_has_duration(texts, value * DAYS[number.unit]) for texts in known)
    if number.unit in MONEY or not number.unit:
        return any(_is_near(value, result, number.unit) for result in _charge(beside, known, shares))
    return False


def _calculate(values: Sequence[float], year: int) -> Iterator[float]:
    """Yield sums, differences, products, quotients and percentages of values, and how long ago a year was."""
    for size in range(2, len(values) + 1):
        yield from map(sum, combinations(values, size))
    for one, two in permutations(values, 2):
        yield one - two
        yield one * two
        yield one * two / 100
        if two:
            yield one / two
            yield 100 * one / two
            yield 100 * (one - two) / two
    yield from (year - value for value in values if value in YEARS)


def _charge(beside: Sequence[float], known: Sequence[Collection], shares: Sequence[float]) -> Iterator[float]:
    """Yield prices times the numbers beside, with a rate added or taken off, and shares of them."""
    prices = {price for texts in known for price in texts.prices}
    rates = {rate / 100 for texts in known for rate in texts.rates}
    factors = [*beside, *(1 + rate for rate in rates), *(1 - rate for rate in rates), *shares]
    for price in [*prices, *beside]:
        yield from (price * factor for factor in factors)
        yield from (price / part for part in beside if part)


def _is_near(value: float, result: float, unit: str) -> bool:
    return abs(value - abs(result)) < (PERCENT if unit == "%" else CENT)


def _has_duration(texts: Collection, days: float) -> bool:
    return any(abs(days - value * DAYS[unit]) <= ROUNDED * days for value, unit in texts.durations)
