"""A circuit breaker that is open."""

from __future__ import annotations

from twin.llm.breaker import FAILURES, Breaker, Ticket

SOON = 0.05  # seconds


def opened(seconds: float = SOON) -> Breaker:
    breaker = Breaker("The model", seconds)
    for _ in range(FAILURES):
        breaker.record(admitted(breaker), is_well=False)
    assert breaker.is_open
    return breaker


def admitted(breaker: Breaker) -> Ticket:
    ticket = breaker.admit()
    assert ticket is not None
    return ticket
