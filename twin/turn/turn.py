"""One turn: the order of its steps, for plain and streamed answers alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from ..errors import InvalidField, InvalidRequest, Quota, TwinError
from ..memory import Brought, BroughtExchange, Exchange, GivenAnswer
from ..prompt import Briefing
from ..runtime import Runtime
from ..system.caching import cached_property
from ..system.fairness import give_turn
from ..telemetry.logs import ChatReport
from ..text.invisible import strip_invisible
from .after import follow_up, notify
from .draft import Draft
from .events import Delta, Event, Reply, Silence, Started
from .outcome import TurnOutcome
from .replies import find_reply
from .review import Review

if TYPE_CHECKING:
    from ..llm.answers import Answer
    from ..llm.stream import AnswerStream


class Turn:
    """One admitted turn: call `answer` or `stream`, once, and `close` in the end, whatever happens."""

    def __init__(
        self,
        runtime: Runtime,
        message: str,
        session_id: str,
        key: str | None,
        quotas: list[Quota],
        brought: Brought | None,
        *,
        is_visitor: bool,
        door: str,
    ) -> None:
        self.quotas = quotas
        self._runtime = runtime
        self._message = message
        self._session_id = session_id
        self._key = key
        self._brought = brought
        self._is_visitor = is_visitor
        self._door = door
        self._exchange = Exchange(message)
        self._draft: Draft | None = None
        self._outcome = TurnOutcome()
        self._started = time.monotonic()
        self._closing = ExitStack()
        self._closing.callback(self._record)
        self._closing.callback(self._follow_up)
        self._closing.callback(self._notify)
        self._closing.callback(runtime.room.give_back)

    def report(self) -> ChatReport:
        """Return the log's view of the turn, complete once the turn has ended."""
        return self._outcome.report()

    def answer(self) -> Reply:
        """Return the answer; raises one of TURN_FAULTS."""
        with self._reporting_faults():
            if reply := self._reply_without_model():
                return reply
            draft = self._prepare()
            answer = self._runtime.model.answer(draft.messages, self._runtime.budget.hold)
            draft.push(answer.text)
            draft.finish()
            return self._complete(draft, answer)

    def stream(self) -> Iterator[Event]:
        """Return the answer's events, one Started first and one Reply last; the turn is closed with the iterator.

        Raises one of TURN_FAULTS: here where it is certain that there will be no answer, else on the way.
        """
        with self._reporting_faults():
            if reply := self._reply_without_model():
                return self._close_after(iter((Started(self._session_id), Delta(reply.text), reply)))
            draft = self._prepare()
            stream = self._runtime.model.stream(draft.messages, self._runtime.budget.hold)
        self._closing.callback(self._keep_interrupted, draft)
        self._closing.callback(stream.close)
        self._outcome.is_streamed = True
        return self._close_after(self._relay(stream, draft))

    def close(self) -> None:
        """End a call to the model that is still running, and give the place back; a second call does nothing."""
        self._closing.close()

    @cached_property
    def _briefing(self) -> Briefing:
        return self._runtime.briefings.read()

    def _reply_without_model(self) -> Reply | None:
        """Wait for the session's turn, then return the reply that needs no model, if there is one."""
        self._enter_session()
        self._outcome.reply = find_reply(
            self._message, self._session_id, self._exchange, self._briefing, self._runtime.owner_name
        )
        return self._outcome.reply

    def _enter_session(self) -> None:
        """Clean the message, and begin its exchange, once the session's exchange before has ended."""
        if self._briefing.grounding != "off":
            self._message = _strip(self._message)
            self._brought = self._brought and self._brought.convert(strip_invisible)
        give_turn()
        if self._brought:
            self._exchange = BroughtExchange(self._message, self._brought)
        elif self._runtime.memory:
            self._exchange = self._runtime.memory.open(self._message, self._session_id, self._key)
            self._closing.callback(self._exchange.close)
        else:
            self._exchange = Exchange(self._message)

    def _prepare(self) -> Draft:
        """Put together the model's messages, and open the gate for its answer."""
        give_turn()
        settings, briefing = self._runtime.settings, self._briefing
        room = (settings.context_tokens - briefing.tokens) // 2  # the other half is for the answer
        said = self._exchange.compose(min(settings.memory_tokens, room))
        visitor = [*self._exchange.list_visitors(said), *self._exchange.list_owners()]
        gate = briefing.open_gate(settings.fallback, visitor)
        found = self._runtime.briefings.find_passages(briefing, said)
        prepared = briefing.compose(said, found, self._exchange.wishes)
        review = Review(self._message, prepared, found, briefing, self._exchange.list_said())
        self._draft = Draft(prepared.messages, gate, review, settings.fallback)
        return self._draft

    def _relay(self, stream: AnswerStream, draft: Draft) -> Iterator[Event]:
        yield Started(self._session_id)
        with self._reporting_faults():
            for arrived in stream:
                if isinstance(arrived, str):
                    if self._outcome.first_token_ms is None:
                        self._outcome.first_token_ms = round(1_000 * (time.monotonic() - self._started))
                    if shown := draft.push(arrived):
                        yield Delta(shown)
                elif arrived is None:
                    yield Silence()
                else:
                    if shown := draft.finish():
                        yield Delta(shown)
                    yield self._complete(draft, arrived)

    def _complete(self, draft: Draft, answer: Answer) -> Reply:
        """Store the answer, and return the reply."""
        reply, given = draft.complete(answer, self._session_id)
        self._exchange.record(given)
        self._outcome.reply = reply
        return reply

    def _close_after(self, events: Iterator[Event]) -> Iterator[Event]:
        """Yield `events`, then close the turn: werkzeug closes no response whose visitor broke TLS off."""
        with self._closing:
            yield from events

    def _keep_interrupted(self, draft: Draft) -> None:
        """Store the part of a streamed answer that came before the visitor left."""
        if self._outcome.has_left:
            with suppress(TwinError):  # the visitor is gone
                self._exchange.record(GivenAnswer(draft.text, "interrupted", self._briefing.persona))

    def _record(self) -> None:
        self._runtime.metrics.record_chat(self.report(), self._door, time.monotonic() - self._started)

    def _follow_up(self) -> None:
        """Start the work after the turn; the owner's own questions in the terminal are no gaps."""
        if self._draft:
            reply = self._outcome.reply if self._is_visitor and self._outcome.is_model_answer else None
            close_to = self._draft.found.close_to
            follow_up(self._runtime, self._exchange, self._briefing, self._message, reply, close_to)

    def _notify(self) -> None:
        """Tell the owner what they want to be told of; their own questions in the terminal are no news."""
        if self._is_visitor and self._runtime.notices:
            notify(self._runtime.notices, self._outcome, self._message, is_first=self._exchange.is_first)

    @contextmanager
    def _reporting_faults(self) -> Iterator[None]:
        try:
            yield
        except TwinError as error:
            self._outcome.fault = error.code
            self._exchange.close()  # before the visitor can ask again, so that the session is not busy then
            raise
        except Exception:
            self._outcome.fault = TwinError.code
            raise


def _strip(message: str) -> str:
    """Return a message without its invisible characters; raises InvalidRequest where nothing is left."""
    if text := strip_invisible(message).strip():
        return text
    raise InvalidRequest(fields=[InvalidField(field="message", message="It has only characters that nobody sees")])
