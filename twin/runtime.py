"""What one process holds to answer with, and what is done with it beside answering."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import suppress
from functools import cached_property
from threading import Thread
from typing import TYPE_CHECKING

from .budget import Budget
from .errors import ModelMisconfigured, NotReady, StartFailed, StoreUnavailable, log_advice
from .gaps import Gaps
from .llm.embedded import EmbeddedModel, check_available
from .memory import Housekeeping, Memory
from .prompt import Prompt
from .rates import Rates
from .settings import Settings
from .stores import Databases
from .system.files import ROOT

if TYPE_CHECKING:
    from .llm.model import Model


FAILED_SECONDS = 30  # after which /ready is worth asking again where a part cannot start

logger = logging.getLogger(__name__)


class Twin:
    """What one process holds to take turns."""

    def __init__(self, settings: Settings) -> None:
        """Check all that could stop a start, or raise StartError; run nothing yet."""
        self.settings = settings
        self.prompt = Prompt(settings)
        self.embedded = EmbeddedModel(ROOT / "instance")
        if settings.uses_embedded_model:
            check_available(settings.embedded_model, ROOT / "instance")
        self.rates = Rates(settings)
        databases = Databases.of(settings)
        self.budget = Budget(settings, databases)
        self.memory = Memory(settings, databases) if settings.memory else None
        self.gaps = Gaps(databases) if settings.gaps else None
        self._databases = databases
        # Places for turns that take one away: giving a semaphore back costs a turn of gevent's loop.
        self.room = deque([None] * settings.max_in_flight)

    @cached_property
    def model(self) -> Model:
        """The model, made when it is first asked: after a fork, and never for a command that needs none."""
        from .llm.model import Model  # openai takes 0.6 s to import

        return Model(self.settings, self.embedded)

    @cached_property
    def _left(self) -> Memory:
        """What was remembered when `MEMORY` was on."""
        return Memory(self.settings, self._databases)

    def warm_up(self) -> None:
        """Do what the first visitor would otherwise wait for."""
        _ = self.model
        Thread(target=self._connect, daemon=True).start()  # a database that says nothing delays nobody else
        self.read_up()
        self.keep_house()
        if self.settings.uses_embedded_model:
            self.embedded.start()

    def read_up(self) -> None:
        """Read the owner's documents, which may take long, beside everything else."""
        Thread(target=self._read_up, daemon=True).start()

    def keep_house(self) -> None:
        """Delete what is too old to be remembered, now and daily, beside everything else."""
        if self.memory:
            Housekeeping(self.memory, self.settings.retention_days).start()

    def _read_up(self) -> None:
        self.prompt.start_embeddings()
        _ = self.prompt.make_briefing().library.rarity  # half a second for 5,000 passages, which the first answer needs

    def _connect(self) -> None:
        with suppress(StoreUnavailable):  # it may be there when the first visitor is
            self._check_databases()

    def _check_databases(self) -> None:
        self.budget.check()
        if self.memory:
            self.memory.check()

    def check_ready(self) -> None:
        """Raise NotReady where a chat could not be answered now, StartFailed where none will be; asks no provider."""
        if self.settings.uses_embedded_model:
            self._check_embedded()
        if not self.prompt.has_briefing:
            raise NotReady("The owner's documents are still being read.", retry_after=1)
        if not self.prompt.is_search_ready:
            raise NotReady("What finds documents is still starting.", retry_after=1)
        try:
            self._check_databases()
        except StoreUnavailable as error:
            raise NotReady("The database does not answer.", retry_after=error.retry_after) from error

    def _check_embedded(self) -> None:
        try:
            if self.embedded.find() is None:
                raise NotReady("The embedded model is still loading.", retry_after=1)
        except ModelMisconfigured as error:
            log_advice(logger, error)
            raise StartFailed(retry_after=FAILED_SECONDS) from error

    def delete_session(self, session_id: str) -> None:
        """Delete a session, also what is left of it from when `MEMORY` was on; raises StoreUnavailable."""
        if self.memory:
            self.memory.delete(session_id)
        elif self._databases.has("memory"):
            self._left.delete(session_id)
