from __future__ import annotations

from threading import Event

from twin.system.caching import cached_property
from twin.system.threads import start_thread

SECONDS = 10


class Book:
    def __init__(self, *, is_slow: bool) -> None:
        self.began, self.may_end = Event(), Event()
        self.computed = 0
        if not is_slow:
            self.may_end.set()

    @cached_property
    def length(self) -> int:
        self.began.set()
        assert self.may_end.wait(SECONDS)
        self.computed += 1
        return 3


def test_computes_a_value_once() -> None:
    book = Book(is_slow=False)
    assert book.length == book.length == 3
    assert book.computed == 1


def test_no_object_waits_for_the_value_of_another() -> None:
    slow = Book(is_slow=True)
    thread = start_thread(lambda: slow.length)
    assert slow.began.wait(SECONDS)
    assert Book(is_slow=False).length == 3
    assert slow.computed == 0
    slow.may_end.set()
    thread.join(SECONDS)
    assert slow.computed == 1
