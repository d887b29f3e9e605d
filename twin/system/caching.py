"""A property that is computed once, and holds no lock meanwhile.

Python 3.11's own `functools.cached_property` has one lock for each property of a class: while a value is computed that
waits or gives turns, as a book's contacts are for seconds, every other object of the class waits too. Python 3.12 has
no such lock. Of threads that meet here, each computes the value, and the last one's stays; use it where that is right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class cached_property(Generic[Value]):  # noqa: N801 - as Python's own
    """Stores the method's result in the object on first use, where later look-ups find it first."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self.__doc__ = compute.__doc__
        self._compute = compute

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Value:
        value = self._compute(instance)
        instance.__dict__[self._name] = value
        return value
