"""Notices of one process: counted as events happen, sent by a thread, one of a kind a minute over all processes."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Lock, Thread

from ...budget import Budget
from ...errors import Overloaded, StoreUnavailable
from ...settings import Settings
from ...stores import Databases
from ...system.threads import start_thread
from . import outbox
from .channels import Delivery, deliver
from .digest import count_day, find_due
from .wording import Kind, write_digest, write_notice

LOOK_SECONDS = 15.0  # between two looks for notices that had to wait, and for the digest
PAUSES = {"asked": 60.0, "unknown": 60.0, "conversation": 60.0, "model": 600.0}  # seconds between two of a kind
DAY_SECONDS = 24 * 3_600.0

logger = logging.getLogger(__name__)


class Notices:
    """The owner's notices; telling one costs a chat nothing but a count in memory."""

    def __init__(self, settings: Settings, databases: Databases, budget: Budget) -> None:
        """Connect to nothing yet; raises StartError where the database cannot be made."""
        self.database = databases.open("memory")
        self._urls = settings.notify_urls.get_secret_value() if settings.notify_urls else ""
        self._kinds = frozenset(settings.notify_on) if self._urls else frozenset()
        self._hour = settings.notify_digest
        self._with_words = settings.notify_words
        self._budget = budget
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._words: dict[str, str] = {}
        self._waiters: list[Callable[[bool], None]] = []  # of questions that wait for a notice
        self._is_news = Event()
        self._thread: Thread | None = None
        self._is_closed = False

    def start(self) -> None:
        """Send what is due from now on, in a thread; also what processes that ended have left."""
        if self._kinds:
            with self._lock:
                if self._thread is None:
                    self._thread = start_thread(self._run_until_closed)

    def tell(self, kind: Kind, words: str = "") -> None:
        """Count an event for the next notice of its kind, if the owner wants these; `words` are the visitor's."""
        if kind in self._kinds:
            with self._lock:
                self._counts[kind] += 1
                self._words[kind] = words if self._with_words else ""
            with suppress(Overloaded):  # which is logged
                self.start()
            self._is_news.set()

    def tell_and_wait(self, words: str, seconds: float) -> bool:
        """Tell of a question, and return whether a channel took the notice of it within `seconds`."""
        if "asked" not in self._kinds:
            return False
        has_ended, outcome = Event(), [False]

        def note(is_delivered: bool) -> None:
            outcome[0] = is_delivered
            has_ended.set()

        with self._lock:
            self._waiters.append(note)
        self.tell("asked", words)
        has_ended.wait(seconds)
        return outcome[0]

    def look(self) -> None:
        """Send the notices that are due, unless another process does; raises StoreUnavailable."""
        with self._lock:
            counts, words, waiters = self._counts, self._words, self._waiters
            self._counts, self._words, self._waiters = Counter(), {}, []
        try:
            for kind in list(counts):
                outbox.add_pending(self.database, kind, counts[kind])
                del counts[kind]
            for kind in sorted(self._kinds - {"digest"}):
                is_taken = self._send_pending(kind, words.get(kind, ""))
                while kind == "asked" and waiters:  # for no other kind, each of which may take its seconds
                    waiters.pop()(is_taken)
        except StoreUnavailable:
            with self._lock:
                self._counts += counts  # for the next look
            raise
        finally:
            for note in waiters:
                note(False)
        self._send_digest()

    def _send_pending(self, kind: str, words: str) -> bool:
        """Send a notice of a kind, if one is due, and return whether a channel took it."""
        now = time.time()
        before = now - now % DAY_SECONDS if kind == "budget" else now - PAUSES[kind]
        number = outbox.claim_pending(self.database, kind, before)
        return bool(number) and self.send(*write_notice(kind, number, words))

    def _send_digest(self) -> None:
        if "digest" not in self._kinds:
            return
        since = outbox.claim_digest(self.database, "digest", find_due(self._hour, datetime.now(UTC).astimezone()))
        if since is not None:
            self.send(*write_digest(count_day(self.database, self._budget, since)))

    def send(self, title: str, body: str) -> bool:
        """Send a notice by each channel, and return whether one took it; what fails is logged once, and kept."""
        deliveries = deliver(self._urls, title, body)
        if not deliveries:
            logger.error("NOTIFY_URLS: no process could be started to send a notice.")
        for each in outbox.record_deliveries(self.database, deliveries):
            logger.error("NOTIFY_URLS: %s: %s. It is tried again with the next notice.", each.channel.name, each.fault)
        return any(each.fault is None for each in deliveries)

    def test(self) -> list[Delivery]:
        """Send a notice that says it is a test, and return how each channel fared; raises StoreUnavailable."""
        deliveries = deliver(self._urls, "Twin: a test", "This is how your twin's notices reach you.")
        outbox.record_deliveries(self.database, deliveries)
        return deliveries

    def fetch_channels(self) -> list[outbox.ChannelState]:
        """Return the state of each channel, for the desk; raises StoreUnavailable."""
        return outbox.fetch_channels(self.database)

    def close(self) -> None:
        """End the thread, and close the connections that are not in use, as tests do."""
        self._is_closed = True
        self._is_news.set()
        if self._thread:
            self._thread.join()
        self.database.close()

    def _run_until_closed(self) -> None:
        while not self._is_closed:
            with suppress(StoreUnavailable):  # already logged
                self.look()
            self._is_news.wait(LOOK_SECONDS)
            self._is_news.clear()
