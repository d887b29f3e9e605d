"""One chat's call: the loop over attempts and providers, within one deadline; retries.py says when it goes on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from ..errors import ModelBusy, ModelFailed, ModelTimeout, Overloaded, TwinError, log_advice
from ..settings import Settings
from .answers import Answer, RawReply
from .attempt import Attempt, Reserve
from .breaker import Ticket
from .connections import Connections
from .deadline import Deadline
from .messages import ChatMessages
from .providers import Provider
from .request import CompletionRequest
from .retries import find_wait

WAIT_SHARE = 1 / 3  # of the time that is left, in which the budget may have room again
DEFAULT_RETRY_AFTER = 5  # seconds that a visitor is told to wait where a busy model gives no time
COUNTED_BY_BREAKER = (ModelBusy, ModelFailed, ModelTimeout)  # faults of the provider, not of the request

logger = logging.getLogger(__name__)


class Call:
    """One chat's call to the models, in one attempt or more."""

    def __init__(
        self,
        settings: Settings,
        providers: Sequence[Provider],
        connections: Connections,
        messages: ChatMessages,
        reserve: Reserve,
    ) -> None:
        """Get permission for the first attempt.

        Where the budget has no room yet, `run` waits for it, since only that wait can be cancelled. Raises ModelBusy
        where no provider is well, and what `reserve` raises, except Overloaded.
        """
        self.deadline = Deadline(settings.chat_deadline)
        self._settings = settings
        self._providers = providers
        self._connections = connections
        self._messages = messages
        self._reserve = reserve
        self._tried: set[Provider] = set()  # and failed
        self._uncounted: dict[Provider, Ticket] = {}  # of failures that the breakers have yet to count
        self._first: Attempt | None = None
        with suppress(Overloaded):
            self._first = self._begin(patience=0)

    def run(self, deliver: Callable[[str], None] | None = None) -> Answer:
        """Return the answer; with `deliver`, ask for a stream, and pass each piece of text to `deliver` on arrival.

        Raises what Model.answer raises.
        """
        request = CompletionRequest(self._settings, self._connections, self._messages, self.deadline, deliver)
        try:
            return self._ask_until_answered(request)
        except ModelBusy as error:
            raise ModelBusy(retry_after=error.retry_after or DEFAULT_RETRY_AFTER, advice=error.advice) from error
        finally:
            for provider, ticket in self._uncounted.items():
                provider.breaker.record(ticket, is_well=None if self.deadline.is_cancelled else False)

    def abandon(self) -> None:
        """Give back the permission for the first attempt, instead of `run`."""
        if self._first:
            self._first.reservation.release()
            self._first.provider.breaker.record(self._first.ticket, is_well=None)

    def _ask_until_answered(self, request: CompletionRequest) -> Answer:
        attempt, attempts_made = self._first or self._begin(self._find_patience()), 1
        while True:
            try:
                return self._ask(attempt, request)
            except TwinError as error:
                wait = self._find_wait(error, attempts_made, has_delivered=request.has_delivered)
                if wait is None:
                    raise
            time.sleep(wait)
            attempt, attempts_made = self._begin(self._find_patience()), attempts_made + 1

    def _find_patience(self) -> float:
        return self.deadline.remaining() * WAIT_SHARE

    def _begin(self, patience: float) -> Attempt:
        """Get permission from the budget and from a provider that is well, at best one that has not failed this chat.

        Raises ModelBusy where no provider is well, and what `reserve` raises.
        """
        if any(provider.breaker.would_admit for provider in self._providers):
            reservation = self._reserve(self._messages, patience, lambda: not self.deadline.is_cancelled)
            # After the wait: a probe of a failing provider must not be held by a call that waits for room.
            for provider in sorted(self._providers, key=lambda provider: provider in self._tried):
                if ticket := provider.breaker.admit():
                    return Attempt(provider, ticket, reservation)
            reservation.release()
        raise ModelBusy(retry_after=min(provider.breaker.remaining() for provider in self._providers))

    def _ask(self, attempt: Attempt, request: CompletionRequest) -> Answer:
        """Make one attempt, and report its outcome to budget and breaker."""
        is_well = None
        reply: RawReply | None = None
        try:
            reply = request.fetch(attempt)
            if reply.usage:
                attempt.reservation.settle(reply.usage.prompt_tokens, reply.usage.output_tokens)
            answer = reply.validate()
            is_well = True
        except TwinError as error:
            self._tried.add(attempt.provider)
            if attempt.is_made and not self.deadline.is_cancelled:
                is_well = not isinstance(error, COUNTED_BY_BREAKER) or (reply is not None and reply.is_thinking)
            raise
        finally:
            self._record(attempt, is_well)
            attempt.reservation.close()
        if answer.text and not request.has_delivered:
            request.deliver(answer.text)  # from a server that knows no streams
        return replace(answer, model=attempt.provider.model)

    def _record(self, attempt: Attempt, is_well: bool | None) -> None:
        """Report an outcome to the breaker, but a failure only when the call ends: the next attempt may succeed."""
        if is_well is False and not attempt.ticket.is_probe:
            self._uncounted[attempt.provider] = attempt.ticket
        else:
            self._uncounted.pop(attempt.provider, None)
            attempt.provider.breaker.record(attempt.ticket, is_well)

    def _find_wait(self, error: TwinError, attempts_made: int, *, has_delivered: bool) -> float | None:
        """Return the seconds until the next attempt, or None where the chat fails with `error`."""
        if self.deadline.is_cancelled:
            return None  # the visitor left; the provider is not to blame
        log_advice(logger, error)
        if has_delivered:
            return None  # the visitor has read a part of this answer, and another would begin differently
        well = [provider for provider in self._providers if not provider.breaker.is_open]
        return find_wait(error, attempts_made, well, self._tried, self.deadline.remaining())
