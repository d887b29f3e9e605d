"""Connections that no call is using wait for the next call to the same address."""

from __future__ import annotations

from threading import Event

from twin.llm.idle import MAX_IDLE, IdleConnections
from twin.system.address import Address
from twin.system.alarms import Alarms

FIRST, SECOND = Address("http://first.example", "none"), Address("http://second.example", "none")


class Counted:
    """A connection that counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_the_one_used_last_is_used_next() -> None:
    idle, connections = IdleConnections[Counted](Alarms()), [Counted() for _ in range(3)]
    for connection in connections:
        idle.add(FIRST, connection)
    assert [idle.take(FIRST) for _ in range(4)] == [*reversed(connections), None]
    assert not any(connection.closed for connection in connections)


def test_a_call_to_another_address_or_with_another_key_takes_and_closes_none() -> None:
    idle, connection = IdleConnections[Counted](Alarms()), Counted()
    idle.add(FIRST, connection)
    assert [idle.take(SECOND), idle.take(Address(FIRST.base_url, "another"))] == [None, None]
    assert idle.take(FIRST) is connection
    assert not connection.closed


def test_of_too_many_the_one_that_is_idle_for_the_longest_is_closed_wherever_it_leads() -> None:
    idle, eldest, others = IdleConnections[Counted](Alarms()), Counted(), [Counted() for _ in range(MAX_IDLE)]
    idle.add(SECOND, eldest)
    for connection in others:
        assert not eldest.closed
        idle.add(FIRST, connection)
    assert eldest.closed == 1
    assert idle.take(SECOND) is None
    idle.close()
    assert [connection.closed for connection in others] == [1] * MAX_IDLE


def test_one_that_is_idle_for_too_long_is_closed() -> None:
    class Noticed(Counted):
        def close(self) -> None:
            closed.set()

    closed = Event()
    idle = IdleConnections[Noticed](Alarms(), seconds=0.1)
    for address in (FIRST, SECOND):  # both sooner or later, also where only one of them is looked at
        closed.clear()
        idle.add(address, Noticed())
        assert closed.wait(60)
        assert idle.take(address) is None
