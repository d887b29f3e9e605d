from __future__ import annotations

import gc
import weakref
from queue import SimpleQueue
from threading import Event

import pytest

from twin.system.alarms import SWEEP_ABOVE, Alarms


def test_rings_in_the_order_of_the_moments() -> None:
    alarms, rung = Alarms(), SimpleQueue[str]()
    alarms.set(3_600, lambda: rung.put("late"))
    alarms.set(0.01, lambda: rung.put("first"))  # which the thread that waits for the other has to hear of
    alarms.set(0.02, lambda: rung.put("second"))
    assert [rung.get(timeout=60) for _ in range(2)] == ["first", "second"]


def test_what_is_past_rings_at_once() -> None:
    alarms, rung = Alarms(), SimpleQueue[str]()
    alarms.set(3_600, lambda: rung.put("late"))
    alarms.set(-1, lambda: rung.put("now"))
    assert rung.get(timeout=60) == "now"


def test_a_cancelled_one_does_not_ring() -> None:
    alarms, rung, is_cancelled = Alarms(), SimpleQueue[str](), Event()
    alarms.set(0, is_cancelled.wait)
    alarms.set(0, lambda: rung.put("cancelled")).cancel()
    alarms.set(0, lambda: rung.put("after it"))
    is_cancelled.set()
    assert rung.get(timeout=60) == "after it"


def test_cancelled_ones_leave_nothing_behind() -> None:
    class Held:
        def ring(self) -> None:
            pytest.fail("it was cancelled")

    alarms, held = Alarms(), Held()
    gone = weakref.ref(held)
    for _ in range(3 * SWEEP_ABOVE):
        alarms.set(3_600, held.ring).cancel()
    assert len(alarms._due) <= SWEEP_ABOVE
    del held
    gc.collect()
    assert gone() is None


def test_one_that_fails_ends_none_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    alarms, rung = Alarms(), SimpleQueue[str]()

    def fail() -> None:
        raise ValueError

    alarms.set(0, fail)
    alarms.set(0, lambda: rung.put("after it"))
    assert rung.get(timeout=60) == "after it"
    assert [record.exc_info is not None for record in caplog.records] == [True]
