"""One attempt to get an answer: a provider, permission to ask it, and the cost reserved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .breaker import Ticket
from .messages import ChatMessages
from .providers import Provider


class Reservation(Protocol):
    """The most that one attempt can cost, reserved in the day's budget until the real cost is known."""

    def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count the tokens that were used instead."""

    def release(self) -> None:
        """Count nothing: the attempt cost nothing."""

    def close(self) -> None:
        """Count the most that was possible, unless the reservation was settled or released."""


# Reserve what one attempt with these messages can cost; wait for room in the budget, for so many seconds and while the
# call is wanted.
Reserve = Callable[[ChatMessages, float, Callable[[], bool]], Reservation]


@dataclass
class Attempt:
    """Permission to ask one provider once."""

    provider: Provider
    ticket: Ticket
    reservation: Reservation
    is_made: bool = False  # whether the provider was asked, or at least a connection to it tried
