"""One turn of a conversation: the order of everything below."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from .budget import Budget
from .config import ROOT, Settings
from .db import Databases
from .embedded import EmbeddedModel, check_available
from .errors import (
    BudgetExhausted,
    InvalidRequest,
    KeyInUse,
    KeyReused,
    ModelBusy,
    ModelFailed,
    ModelMisconfigured,
    ModelTimeout,
    NotReady,
    Overloaded,
    RateLimited,
    SessionBusy,
    StoreUnavailable,
    TwinError,
)
from .memory import Exchange, GivenAnswer, Housekeeping, Memory, Message
from .persona import Persona, estimate_tokens
from .rates import Quota, Rates, describe_quotas
from .telemetry import ChatRecord

if TYPE_CHECKING:
    from .llm import Answer, AnswerStream, FinishReason, Model

FAULTS = (  # of taking a turn
    RateLimited,
    Overloaded,
    SessionBusy,
    KeyInUse,
    KeyReused,
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
        databases = Databases.of(settings)
        self.budget = Budget(settings, databases)
        self.memory = Memory(settings, databases) if settings.memory else None
        self._databases = databases
        self.room = BoundedSemaphore(settings.max_in_flight)

    @cached_property
    def model(self) -> Model:
        """The model, made when it is first asked: after a fork, and never for a command that needs none."""
        from .llm import Model  # openai takes 0.6 s to import

        return Model(self.settings, self.embedded)

    @cached_property
    def _left(self) -> Memory:
        """What was remembered when `MEMORY` was on."""
        return Memory(self.settings, self._databases)

    def warm_up(self) -> None:
        """Do what the first visitor would otherwise wait for."""
        _ = self.model
        Thread(target=self._connect, daemon=True).start()  # a database that says nothing delays nobody else
        self.keep_house()
        if self.settings.uses_embedded_model:
            self.embedded.start()

    def keep_house(self) -> None:
        """Delete what is too old to be remembered, now and daily, beside everything else."""
        if self.memory:
            Housekeeping(self.memory, self.settings.retention_days).start()

    def _connect(self) -> None:
        with suppress(StoreUnavailable):  # it may be there when the first visitor is
            self._check_databases()

    def _check_databases(self) -> None:
        self.budget.check()
        if self.memory:
            self.memory.check()

    def check_ready(self) -> None:
        """Raise NotReady where a chat could not be answered now; asks nothing of a provider."""
        if self.settings.uses_embedded_model and not self.embedded.is_ready():
            raise NotReady("The embedded model is still loading.", retry_after=1)
        try:
            self._check_databases()
        except StoreUnavailable as error:
            raise NotReady("The database does not answer.", retry_after=error.retry_after) from error

    def delete_session(self, session_id: str) -> None:
        """Delete a session, also what is left of it from when `MEMORY` was on; raises StoreUnavailable."""
        if self.memory:
            self.memory.delete(session_id)
        elif self._databases.has("memory"):
            self._left.delete(session_id)

    def begin(self, message: str, session_id: str | None, address: str | None = None, key: str | None = None) -> Turn:
        """Let a turn in; without an `address` nothing limits how often. The turn is to be closed.

        `key` is the message's idempotency key. Raises RateLimited or Overloaded. An empty session id is replaced by a
        new UUID4.
        """
        quotas = [] if address is None else self.rates.admit(address)
        if not self.room.acquire(blocking=False):
            raise Overloaded(retry_after=OVERLOADED_SECONDS, headers=describe_quotas(quotas))
        return Turn(self, message, session_id or str(uuid4()), key, quotas)


class Turn:
    """One turn that was let in: call `answer` or `stream`, once, and `close` in the end, whatever happens."""

    def __init__(self, twin: Twin, message: str, session_id: str, key: str | None, quotas: list[Quota]) -> None:
        self.record = ChatRecord()
        self.quotas = quotas
        self._twin = twin
        self._message = message
        self._session_id = session_id
        self._key = key
        self._exchange = Exchange(message)
        self._persona = ""
        self._pieces: list[str] = []
        self._started = time.monotonic()
        self._closing = ExitStack()
        self._closing.callback(twin.room.release)

    def answer(self) -> Reply:
        """Ask the model as the persona; raises one of FAULTS."""
        with self._noting_faults():
            self._remember()
            if self._exchange.kept:
                return self._repeat(self._exchange.kept)
            messages = self._compose()
            return self._reply(self._twin.model.answer(messages, partial(self._twin.budget.hold, messages)))

    def stream(self) -> Iterator[Event]:
        """Ask the same, and return what happens while it does: one Started first, one Reply at its end.

        Raises one of FAULTS: here where it is certain that there will be no answer, else on the way.
        """
        with self._noting_faults():
            self._remember()
            if self._exchange.kept:
                reply = self._repeat(self._exchange.kept)
                return iter((Started(self._session_id), Delta(reply.text), reply))
            messages = self._compose()
            stream = self._twin.model.stream(messages, partial(self._twin.budget.hold, messages))
        self._closing.callback(self._keep_interrupted)
        self._closing.callback(stream.close)
        self.record.outcome = "left"  # until more is known
        return self._relay(stream)

    def close(self) -> None:
        """End the call to the model where it still goes on, and make room for another turn."""
        self._closing.close()
        if self._twin.settings.memory and self._twin.settings.memory_summary:
            Thread(target=self._summarise, daemon=True).start()

    def _remember(self) -> None:
        """Wait for the session's turn before this one, and see what was said."""
        if self._twin.memory:
            self._exchange = self._twin.memory.open(self._message, self._session_id, self._key)
            self._closing.callback(self._exchange.close)

    def _compose(self) -> list[dict[str, str]]:
        """Return what the model is asked."""
        settings = self._twin.settings
        self._persona = self._twin.persona.text()
        room = (settings.context_tokens - estimate_tokens(self._persona)) // 2  # the other half is for the answer
        said = self._exchange.compose(min(settings.memory_tokens, room))
        return [{"role": "system", "content": self._persona}, *said]

    def _relay(self, stream: AnswerStream) -> Iterator[Event]:
        yield Started(self._session_id)
        with self._noting_faults():
            for arrived in stream:
                if isinstance(arrived, str):
                    if self.record.first_token_ms is None:
                        self.record.first_token_ms = round(1_000 * (time.monotonic() - self._started))
                    self._pieces.append(arrived)
                    yield Delta(arrived)
                elif arrived is None:
                    yield Silence()
                else:
                    yield self._reply(arrived)

    def _reply(self, answer: Answer) -> Reply:
        """Return what the visitor gets, once it is kept."""
        declined = answer.finish_reason == "content_filter"
        text = self._twin.settings.fallback if declined else answer.text
        tokens = (answer.usage.prompt_tokens, answer.usage.completion_tokens) if answer.usage else (None, None)
        self._exchange.record(GivenAnswer(text, answer.finish_reason, self._persona, answer.model, *tokens))
        self.record.outcome, self.record.model = answer.finish_reason, answer.model
        self.record.prompt_tokens, self.record.completion_tokens = tokens
        return Reply(text, self._session_id, answer.finish_reason)

    def _repeat(self, kept: Message) -> Reply:
        self.record.outcome = "repeated"
        return Reply(kept.text, self._session_id, cast("FinishReason", kept.finish_reason))

    def _keep_interrupted(self) -> None:
        """Keep a streamed answer that the visitor left, as far as it came."""
        if self.record.outcome == "left":
            with suppress(TwinError):  # nobody is there to be told
                self._exchange.record(GivenAnswer("".join(self._pieces), "interrupted", self._persona))

    def _summarise(self) -> None:
        """Have the model summarise what it is no longer shown; where that fails, it is shown the window alone."""
        with suppress(TwinError):
            if request := self._exchange.request_summary():
                answer = self._twin.model.answer(request.chat, partial(self._twin.budget.hold, request.chat))
                if answer.finish_reason != "content_filter":
                    self._exchange.keep_summary(request, answer.text)

    @contextmanager
    def _noting_faults(self) -> Iterator[None]:
        try:
            yield
        except TwinError as error:
            self.record.outcome = error.code
            self._exchange.close()  # who asks again as soon as they hear of it is not to find the session busy
            raise
        except Exception:
            self.record.outcome = TwinError.code
            raise
