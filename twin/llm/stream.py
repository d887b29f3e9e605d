"""A streamed answer, read in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

from ..system.threads import start_thread
from .answers import Answer

SILENCE_SECONDS = 1.0  # without text, after which the reader gets None


class AnswerStream:
    """An answer that arrives from a thread (under gevent a greenlet), so that its reader notices silence."""

    def __init__(self, ask: Callable[[Callable[[str], None]], Answer], cancel: Callable[[], None]) -> None:
        """Call `ask` in a thread, with a function that takes each piece of text; `cancel` must end that call.

        Raises Overloaded where no thread can be started.
        """
        self._arrived: SimpleQueue[str | Answer | BaseException] = SimpleQueue()
        self._ask = ask
        self._cancel = cancel
        start_thread(self._read)

    def __iter__(self) -> Iterator[str | Answer | None]:
        """Yield each piece of text on arrival, None for each second of silence, and at the end the whole answer.

        Raises what Model.answer raises.
        """
        while True:
            try:
                arrived = self._arrived.get(timeout=SILENCE_SECONDS)
            except Empty:
                yield None
                continue
            if isinstance(arrived, BaseException):
                raise arrived
            yield arrived
            if isinstance(arrived, Answer):
                return

    def close(self) -> None:
        """End the call to the model, as when the visitor has left; after the answer's end this does nothing."""
        self._cancel()

    def _read(self) -> None:
        try:
            self._arrived.put(self._ask(self._arrived.put))
        except BaseException as error:  # noqa: BLE001 - raised where the stream is read
            self._arrived.put(error)
