"""The runtime: the parts that one process holds to take turns, and their readiness."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from .budget import Budget
from .errors import (
    ModelMisconfigured,
    NotReady,
    Overloaded,
    Quota,
    StartFailed,
    StoreUnavailable,
    log_advice,
)
from .gaps import Gaps, find_answers
from .keys import Keys
from .llm.embedded import EmbeddedModel, check_available
from .memory import Housekeeping, Memory
from .owner import Desk, Visitors, Watch
from .owner.notices import Notices
from .prompt import Briefings
from .rates import Rates
from .settings import Settings
from .stores import Databases
from .system import paths
from .system.threads import start_thread
from .telemetry.exposition import require_library
from .telemetry.metrics import Metrics

if TYPE_CHECKING:
    from .llm.model import Model

FAILED_SECONDS = 30  # after which /ready is worth asking again where a part cannot start
NO_ROOM_SECONDS = 2  # that a visitor is told to wait for a place

logger = logging.getLogger(__name__)


class Room:
    """The places of one process for turns in flight."""

    def __init__(self, places: int, metrics: Metrics) -> None:
        self._metrics = metrics
        self._places = deque([None] * places)  # a semaphore's release would cost a turn of gevent's loop

    def take(self, quotas: Sequence[Quota] = ()) -> None:
        """Take a place, to be given back; raises Overloaded, with the visitor's `quotas`, where all are taken."""
        try:
            self._places.pop()
        except IndexError:
            raise Overloaded(retry_after=NO_ROOM_SECONDS, quotas=quotas) from None
        self._metrics.change_in_flight(1)

    def give_back(self) -> None:
        """Give a place back."""
        self._metrics.change_in_flight(-1)
        self._places.append(None)

    @contextmanager
    def taken(self, quotas: Sequence[Quota] = ()) -> Iterator[None]:
        """Take a place for as long as the body lasts; raises Overloaded, as `take` does."""
        self.take(quotas)
        try:
            yield
        finally:
            self.give_back()


class Runtime:
    """The parts that one process holds to take turns."""

    def __init__(self, settings: Settings) -> None:
        """Check everything that could stop a start, or raise StartError; run nothing yet."""
        self.settings = settings
        self.metrics = Metrics()
        if settings.metrics_token or settings.metrics_port:
            require_library()
        self.databases = Databases.of(settings, metrics=self.metrics)
        self.answers = find_answers(settings, self.databases)
        self.briefings = Briefings(
            settings, read_answers=self.answers.read if self.answers else tuple, metrics=self.metrics
        )
        self.embedded = EmbeddedModel(paths.INSTANCE)
        if settings.uses_embedded_model:
            check_available(settings.embedded_model, paths.INSTANCE)
        self.rates = Rates(settings)
        self.keys = Keys(self.databases)
        self.room = Room(settings.max_in_flight, self.metrics)
        self.budget = Budget(settings, self.databases, self.metrics)
        self.memory = Memory(settings, self.databases) if settings.memory else None
        self.desk = Desk(settings, self.memory) if self.memory else None
        self.visitors = Visitors(self.memory) if self.memory else None
        self.watch = Watch(self.memory.database) if self.memory else None
        self.gaps = Gaps(self.databases) if settings.gaps else None
        self.notices = Notices(settings, self.databases, self.budget) if settings.notify_urls else None

    @cached_property
    def model(self) -> Model:
        """The model, made at its first use: after a fork, and never for a command that needs none."""
        from .llm.model import Model  # openai takes 0.6 s to import

        return Model(self.settings, self.embedded, self.metrics)

    @cached_property
    def dormant_memory(self) -> Memory:
        """The sessions stored before `MEMORY` was turned off."""
        return Memory(self.settings, self.databases)

    @property
    def owner_name(self) -> str:
        """The owner's name, or words for it."""
        return self.settings.owner_name or "The owner of this website"

    def warm_up(self) -> None:
        """Do in advance, mostly in threads, the work that would delay the first visitor."""
        _ = self.model
        self.connect()
        self.load_documents()
        self.start_housekeeping()
        if self.settings.uses_embedded_model:
            self.embedded.start()

    def connect(self) -> None:
        """Open the databases in a thread, and make missing tables, else a part of the first chat's deadline."""
        start_thread(self._connect)  # a silent database delays nobody else

    def load_documents(self) -> None:
        """Read the owner's documents in a thread, since that may take long."""
        start_thread(self._load_documents)

    def start_housekeeping(self) -> None:
        """Delete expired sessions now and daily, and send the notices that are due, in threads."""
        if self.memory:
            Housekeeping(self.memory, self.settings.retention_days).start()
        if self.notices:
            self.notices.start()

    def check_ready(self) -> None:
        """Raise NotReady where a chat could not be answered now, StartFailed where none will be; calls no provider."""
        if self.settings.uses_embedded_model:
            self._check_embedded()
        if not self.briefings.has_briefing:
            raise NotReady("The owner's documents are still being read.", retry_after=1)
        if not self.briefings.is_search_ready:
            raise NotReady("What finds documents is still starting.", retry_after=1)
        try:
            self._check_databases()
        except StoreUnavailable as error:
            raise NotReady("The database does not answer.", retry_after=error.retry_after) from error

    def delete_session(self, session_id: str) -> None:
        """Delete a session, including one stored before MEMORY was turned off; raises StoreUnavailable."""
        if self.memory:
            self.memory.delete(session_id)
        elif self.databases.has("memory"):
            self.dormant_memory.delete(session_id)

    def _load_documents(self) -> None:
        self.briefings.start_embeddings()
        self.briefings.prepare_checks()

    def _connect(self) -> None:
        with suppress(StoreUnavailable):  # it may be there when the first visitor is
            self._check_databases()

    def _check_databases(self) -> None:
        self.budget.check()
        if self.memory:
            self.memory.check()

    def _check_embedded(self) -> None:
        try:
            if self.embedded.find() is None:
                raise NotReady("The embedded model is still loading.", retry_after=1)
        except ModelMisconfigured as error:
            log_advice(logger, error)
            raise StartFailed(retry_after=FAILED_SECONDS) from error
