"""One chat's call: which model is asked, again where a fault may pass, within one deadline."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

import httpcore2
import openai

from ..errors import ModelBusy, ModelFailed, ModelMisconfigured, ModelTimeout, Overloaded, TwinError, log_advice
from ..settings import Settings
from .answers import Answer, Said, read_chunks, read_completion, read_stream
from .breaker import Ticket
from .connections import BREAKS, Connection, Connections, Deadline, Response
from .faults import costs_nothing, explain_break, explain_lateness, explain_status, is_refusal
from .providers import Provider

ATTEMPTS = 3
BACKOFF_SECONDS = 0.2  # before the second attempt; twice as long before each further one
JITTER_SECONDS = 0.2  # added at random, so that chats which failed together are not retried together
WAIT_SHARE = 1 / 3  # of the time that is left, in which the budget may have room again
TRAILER_SECONDS = 2.0  # that the end of a stream may take after the answer is complete
BUSY_SECONDS = 5  # what a visitor is told to wait where the model doesn't say
FAILURES = (ModelBusy, ModelFailed, ModelTimeout)  # that say that a provider is not well

logger = logging.getLogger(__name__)


class Hold(Protocol):
    """What one attempt may cost at most, held until more is known."""

    def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count what it did cost instead."""

    def release(self) -> None:
        """Count nothing."""

    def close(self) -> None:
        """Count the most, unless what it did cost is known."""


# Hold for one attempt, after waiting for room for so many seconds, or until the call is wanted no more.
Reserve = Callable[[float, Callable[[], bool]], Hold]


@dataclass
class _Attempt:
    """Leave to ask a provider once."""

    provider: Provider
    ticket: Ticket
    hold: Hold
    is_made: bool = False


class Call:
    """What one chat asks of the models, in one attempt or more."""

    def __init__(
        self,
        settings: Settings,
        providers: Sequence[Provider],
        connections: Connections,
        messages: Sequence[Mapping[str, str]],
        hold: Reserve,
    ) -> None:
        """Get leave for the first attempt; where that would have to wait for room, `run` does, which can be cancelled.

        Raises ModelBusy where no provider is well, or what `hold` raises but Overloaded.
        """
        self.deadline = Deadline(settings.chat_deadline)
        self._settings = settings
        self._providers = providers
        self._connections = connections
        self._messages = messages
        self._hold = hold
        self._tried: set[Provider] = set()  # and failed
        self._failed: dict[Provider, Ticket] = {}  # and not counted yet
        self._first: _Attempt | None = None
        with suppress(Overloaded):
            self._first = self._begin(patience=0)
        self._deliver: Callable[[str], None] | None = None
        self._has_delivered = False

    def run(self, deliver: Callable[[str], None] | None = None) -> Answer:
        """Return the answer; with `deliver`, which gets each piece of its text as it comes, ask for a stream.

        Raises what Model.answer raises.
        """
        self._deliver = deliver
        try:
            return self._ask_until_answered()
        except ModelBusy as error:
            raise ModelBusy(retry_after=error.retry_after or BUSY_SECONDS, advice=error.advice) from error
        finally:
            for provider, ticket in self._failed.items():
                provider.breaker.record(ticket, is_well=None if self.deadline.is_cancelled else False)

    def _ask_until_answered(self) -> Answer:
        attempt, made = self._first or self._begin(self._find_patience()), 1
        while True:
            try:
                return self._ask(attempt)
            except TwinError as error:
                wait = self._find_wait(error, made)
                if wait is None:
                    raise
            time.sleep(wait)
            attempt, made = self._begin(self._find_patience()), made + 1

    def abandon(self) -> None:
        """Give back the leave for the first attempt, instead of `run`."""
        if self._first:
            self._first.hold.release()
            self._first.provider.breaker.record(self._first.ticket, is_well=None)

    def _find_patience(self) -> float:
        return self.deadline.remaining() * WAIT_SHARE

    def _begin(self, patience: float) -> _Attempt:
        """Get leave from the budget, and from a provider that is well, at best one that has not failed this chat."""
        if any(provider.breaker.would_admit for provider in self._providers):
            hold = self._hold(patience, lambda: not self.deadline.is_cancelled)
            # Only now: who waits for room must not keep a probe from others.
            for provider in sorted(self._providers, key=lambda provider: provider in self._tried):
                if ticket := provider.breaker.admit():
                    return _Attempt(provider, ticket, hold)
            hold.release()
        raise ModelBusy(retry_after=min(provider.breaker.remaining() for provider in self._providers))

    def _find_wait(self, error: TwinError, made: int) -> float | None:
        """Return the seconds until the next attempt, or None where there is to be none after those `made`."""
        if self.deadline.is_cancelled:
            return None  # and nobody's fault
        log_advice(logger, error)
        well = [provider for provider in self._providers if not provider.breaker.is_open]
        may_pass = isinstance(error, (ModelBusy, ModelFailed, ModelMisconfigured))
        if made == ATTEMPTS or self._has_delivered or not well or not may_pass:
            return None
        if not self._tried.issuperset(well):
            return 0.0  # another provider is asked at once
        if isinstance(error, ModelMisconfigured):
            return None
        wait = error.retry_after or BACKOFF_SECONDS * 2 ** (made - 1) + random.uniform(0, JITTER_SECONDS)  # noqa: S311
        return wait if wait < self.deadline.remaining() else None  # this error says more than that the time is over

    def _ask(self, attempt: _Attempt) -> Answer:
        provider, breaker, is_well = attempt.provider, attempt.provider.breaker, None
        try:
            said = self._fetch(attempt)
            if said.usage:
                attempt.hold.settle(said.usage.prompt_tokens, said.usage.written)
            answer = said.judge()
            is_well = True
        except TwinError as error:
            self._tried.add(provider)
            if attempt.is_made and not self.deadline.is_cancelled:
                is_well = not isinstance(error, FAILURES)
            raise
        finally:
            if is_well is False and not attempt.ticket.is_probe:
                self._failed[provider] = attempt.ticket  # it may answer yet
            else:
                self._failed.pop(provider, None)
                breaker.record(attempt.ticket, is_well)
            attempt.hold.close()
        if self._deliver is not None and not self._has_delivered and answer.text:
            self._deliver(answer.text)  # from a server that knows no streams
        return replace(answer, model=provider.model)

    def _fetch(self, attempt: _Attempt) -> Said:
        provider, deadline = attempt.provider, self.deadline
        with ExitStack() as stack:
            try:
                address = provider.address(deadline.remaining())
                if deadline.passed():
                    raise explain_lateness(provider, self._settings.chat_deadline)
                connection = stack.enter_context(self._connections.take(address, deadline))
            except TwinError:
                attempt.hold.release()
                raise
            attempt.is_made = True
            return self._exchange(attempt, connection)

    def _exchange(self, attempt: _Attempt, connection: Connection) -> Said:
        provider, seconds = attempt.provider, max(self.deadline.remaining(), 0.001)
        try:
            with closing(connection.post("/chat/completions", self._request(provider), seconds)) as response:
                if self._deliver is None or "json" in response.headers.get("Content-Type", ""):
                    return read_completion(response.read())
                return _read_to_the_end(connection, response, self._note_delivery)
        except (openai.OpenAIError, *BREAKS, ValueError) as error:
            if not connection.has_sent or costs_nothing(error):
                attempt.hold.release()
            if isinstance(error, openai.APIStatusError):
                if is_refusal(error):
                    return Said(is_refused=True)
                raise explain_status(error, provider) from error
            if self.deadline.passed() or isinstance(error, httpcore2.TimeoutException):
                raise explain_lateness(provider, self._settings.chat_deadline) from error
            raise explain_break(error, provider) from error

    def _note_delivery(self, text: str) -> None:
        self._has_delivered = True
        assert self._deliver is not None
        self._deliver(text)

    def _request(self, provider: Provider) -> dict[str, Any]:
        settings = self._settings
        request: dict[str, Any] = {
            "model": provider.model,
            "messages": self._messages,
            provider.cap: settings.max_output_tokens,
        }
        if settings.openai_temperature is not None:
            request["temperature"] = settings.openai_temperature
        if self._deliver is not None:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        return {name: value for name, value in (request | settings.openai_extra).items() if value is not None}


def _read_to_the_end(connection: Connection, response: Response, deliver: Callable[[str], None]) -> Said:
    """Return what a stream says; its usage comes last, and what is read to its end can be used again."""
    chunks = read_chunks(response)
    said = read_stream(chunks, deliver)
    connection.end_in(TRAILER_SECONDS)
    with suppress(*BREAKS, ValueError):
        for chunk in chunks:
            said = replace(said, usage=chunk.usage or said.usage)
    return said
