"""One turn of a conversation: the order of everything below."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING
from uuid import uuid4

from .budget import Budget, Hold
from .config import ROOT, Settings
from .embedded import EmbeddedModel, check_available
from .errors import (
    BudgetExhausted,
    InvalidRequest,
    ModelBusy,
    ModelFailed,
    ModelMisconfigured,
    ModelTimeout,
    NotReady,
    Overloaded,
    RateLimited,
    StoreUnavailable,
    TwinError,
)
from .persona import Persona
from .rates import Quota, Rates, describe_quotas
from .telemetry import ChatRecord

if TYPE_CHECKING:
    from .llm import Answer, AnswerStream, FinishReason, Model

FAULTS = (  # of taking a turn
    RateLimited,
    Overloaded,
    BudgetExhausted,
    StoreUnavailable,
    InvalidRequest,
    ModelMisconfigured,
    ModelFailed,
    ModelBusy,
    ModelTimeout,
)
OVERLOADED_SECONDS = 2  # that a visitor is told to wait where there is no room


@dataclass(frozen=True)
class Reply:
    """What a visitor gets for a message."""

    text: str
    session_id: str
    finish_reason: FinishReason


@dataclass(frozen=True)
class Started:
    """It is certain that there will be a stream."""

    session_id: str


@dataclass(frozen=True)
class Delta:
    """What the model wrote since the last one."""

    text: str


@dataclass(frozen=True)
class Silence:
    """The model has written nothing for a second."""


Event = Started | Delta | Silence | Reply


class Twin:
    """What one process holds to take turns."""

    def __init__(self, settings: Settings) -> None:
        """Check all that could stop a start, or raise StartError; run nothing yet."""
        self.settings = settings
        self.persona = Persona(ROOT / "me.txt", settings.context_tokens)
        self.embedded = EmbeddedModel(ROOT / "instance")
        if settings.uses_embedded_model:
            check_available(settings.embedded_model, ROOT / "instance")
        self.rates = Rates(settings)
        self.budget = Budget(settings, ROOT / "instance")
        self.room = BoundedSemaphore(settings.max_in_flight)

    @cached_property
    def model(self) -> Model:
        """The model, made when it is first asked: after a fork, and never for a command that needs none."""
        from .llm import Model  # openai takes 0.6 s to import

        return Model(self.settings, self.embedded)

    def warm_up(self) -> None:
        """Do what the first visitor would otherwise wait for."""
        _ = self.model
        Thread(target=self._connect, daemon=True).start()  # a database that says nothing delays nobody else
        if self.settings.uses_embedded_model:
            self.embedded.start()

    def _connect(self) -> None:
        with suppress(StoreUnavailable):  # it may be there when the first visitor is
            self.budget.check()

    def check_ready(self) -> None:
        """Raise NotReady where a chat could not be answered now; asks nothing of a provider."""
        if self.settings.uses_embedded_model and not self.embedded.is_ready():
            raise NotReady("The embedded model is still loading.", retry_after=1)
        try:
            self.budget.check()
        except StoreUnavailable as error:
            raise NotReady("The database does not answer.", retry_after=error.retry_after) from error

    def begin(self, message: str, session_id: str | None, address: str | None = None) -> Turn:
        """Let a turn in; without an `address` nothing limits how often. The turn is to be closed.

        Raises RateLimited or Overloaded. An empty session id is replaced by a new UUID4.
        """
        quotas = [] if address is None else self.rates.admit(address)
        if not self.room.acquire(blocking=False):
            raise Overloaded(retry_after=OVERLOADED_SECONDS, headers=describe_quotas(quotas))
        return Turn(self, message, session_id or str(uuid4()), quotas)


class Turn:
    """One turn that was let in: call `answer` or `stream`, once, and `close` in the end, whatever happens."""

    def __init__(self, twin: Twin, message: str, session_id: str, quotas: list[Quota]) -> None:
        self.record = ChatRecord()
        self.quotas = quotas
        self._twin = twin
        self._message = message
        self._session_id = session_id
        self._started = time.monotonic()
        self._closing = ExitStack()
        self._closing.callback(twin.room.release)

    def answer(self) -> Reply:
        """Ask the model as the persona; raises one of FAULTS."""
        messages, hold = self._compose()
        with self._noting_faults():
            return self._reply(self._twin.model.answer(messages, hold))

    def stream(self) -> Iterator[Event]:
        """Ask the same, and return what happens while it does: one Started first, one Reply at its end.

        Raises one of FAULTS: here where it is certain that there will be no answer, else on the way.
        """
        messages, hold = self._compose()
        with self._noting_faults():
            stream = self._twin.model.stream(messages, hold)
        self._closing.callback(stream.close)
        self.record.outcome = "left"  # until more is known
        return self._relay(stream)

    def close(self) -> None:
        """End the call to the model where it still goes on, and make room for another turn."""
        self._closing.close()

    def _relay(self, stream: AnswerStream) -> Iterator[Event]:
        yield Started(self._session_id)
        with self._noting_faults():
            for arrived in stream:
                if isinstance(arrived, str):
                    if self.record.first_token_ms is None:
                        self.record.first_token_ms = round(1_000 * (time.monotonic() - self._started))
                    yield Delta(arrived)
                elif arrived is None:
                    yield Silence()
                else:
                    yield self._reply(arrived)

    def _compose(self) -> tuple[list[dict[str, str]], Callable[[], Hold]]:
        """Return what the model is asked, and what holds the worst case of asking it once."""
        persona = self._twin.persona.text()
        messages = [{"role": "system", "content": persona}, {"role": "user", "content": self._message}]
        return messages, partial(self._twin.budget.hold, messages)

    def _reply(self, answer: Answer) -> Reply:
        self.record.outcome, self.record.model = answer.finish_reason, answer.model
        if answer.usage:
            self.record.prompt_tokens = answer.usage.prompt_tokens
            self.record.completion_tokens = answer.usage.completion_tokens
        declined = answer.finish_reason == "content_filter"
        return Reply(self._twin.settings.fallback if declined else answer.text, self._session_id, answer.finish_reason)

    @contextmanager
    def _noting_faults(self) -> Iterator[None]:
        try:
            yield
        except TwinError as error:
            self.record.outcome = error.code
            raise
