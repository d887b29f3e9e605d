"""A number in a text, in a form in which it can be compared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A number in a text, and its unit: `count` for a number of things, empty where nothing tells.

    It equals another one that has one of its keys.
    """

    start: int
    end: int
    keys: frozenset[str]
    value: float | None = None
    unit: str = ""
    is_spelled: bool = False


def as_key(value: float) -> str:
    """Return the form of a number in which equal ones are equal."""
    return str(int(value)) if float(value).is_integer() else repr(round(value, 6))
