"""One turn of a conversation: the order of everything below."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from ..errors import (
    BudgetExhausted,
    InvalidField,
    InvalidRequest,
    KeyInUse,
    KeyReused,
    ModelBusy,
    ModelFailed,
    ModelMisconfigured,
    ModelTimeout,
    Overloaded,
    Quota,
    RateLimited,
    SessionBusy,
    StoreUnavailable,
    TwinError,
)
from ..grounding import Gate, open_gate
from ..knowledge.passages import Passage
from ..knowledge.sources import Source, find_sources
from ..memory import Annotations, CitedSource, Exchange, GivenAnswer, GroundingReport
from ..prompt import Briefing
from ..runtime import Twin
from ..system.fairness import give_turn
from ..system.threads import start_thread
from ..telemetry.logs import ChatReport
from ..text.invisible import strip_invisible

if TYPE_CHECKING:
    from ..llm.answers import Answer, FinishReason
    from ..llm.stream import AnswerStream

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
    annotations: Annotations = field(default_factory=Annotations)  # what it says beside its text


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


def begin(twin: Twin, message: str, session_id: str | None, address: str | None = None, key: str | None = None) -> Turn:
    """Let a turn in; without an `address` nothing limits how often. The turn is to be closed.

    `key` is the message's idempotency key. Raises RateLimited or Overloaded. An empty session id is replaced by a
    new UUID4.
    """
    quotas = [] if address is None else twin.rates.admit(address)
    take_place(twin, quotas)
    return Turn(twin, message, session_id or str(uuid4()), key, quotas, is_visitor=address is not None)


def take_place(twin: Twin, quotas: list[Quota]) -> None:
    """Take one of this process's places, which is to be given back; raises Overloaded where there is none."""
    try:
        twin.room.pop()
    except IndexError:
        raise Overloaded(retry_after=OVERLOADED_SECONDS, quotas=quotas) from None


class Turn:
    """One turn that was let in: call `answer` or `stream`, once, and `close` in the end, whatever happens."""

    def __init__(
        self, twin: Twin, message: str, session_id: str, key: str | None, quotas: list[Quota], *, is_visitor: bool
    ) -> None:
        self.record = ChatReport()
        self.quotas = quotas
        self._twin = twin
        self._message = message
        self._session_id = session_id
        self._key = key
        self._is_visitor = is_visitor
        self._exchange = Exchange(message)
        self._gate = Gate()
        self._given: tuple[Passage, ...] = ()  # which parts of the documents the model was sent
        self._is_grounded = True
        self._pieces: list[str] = []  # of the answer, as it is shown
        self._started = time.monotonic()
        self._closing = ExitStack()
        self._closing.callback(twin.room.append, None)

    def answer(self) -> Reply:
        """Ask the model as the persona; raises one of FAULTS."""
        with self._noting_faults():
            if reply := self._answer_at_once():
                return reply
            messages = self._prepare()
            answer = self._twin.model.answer(messages, partial(self._twin.budget.hold, messages))
            self._pieces.append(self._gate.pass_whole(answer.text))
            return self._reply(answer)

    def stream(self) -> Iterator[Event]:
        """Ask the same, and return what happens while it does: one Started first, one Reply at its end.

        Raises one of FAULTS: here where it is certain that there will be no answer, else on the way.
        """
        with self._noting_faults():
            if reply := self._answer_at_once():
                return iter((Started(self._session_id), Delta(reply.text), reply))
            messages = self._prepare()
            stream = self._twin.model.stream(messages, partial(self._twin.budget.hold, messages))
        self._closing.callback(self._keep_interrupted)
        self._closing.callback(stream.close)
        self.record.outcome = "left"  # until more is known
        return self._relay(stream)

    def report(self) -> ChatReport:
        """Return what the log says of the turn."""
        return self.record

    def close(self) -> None:
        """End the call to the model where it still goes on, and make room for another turn."""
        self._closing.close()
        with suppress(Overloaded):  # the visitor has their answer; nothing else hangs on what is done beside
            if self._is_asked_in_vain:
                start_thread(self._record_gap)
            if self._exchange.is_summary_due:
                start_thread(self._summarise)

    @property
    def _is_asked_in_vain(self) -> bool:
        """Whether a visitor, not the owner in the terminal, was answered, and nothing close was found."""
        is_answered = self.record.outcome in ("stop", "length")
        return is_answered and not self._is_grounded and self._is_visitor and self._twin.gaps is not None

    @cached_property
    def _briefing(self) -> Briefing:
        return self._twin.prompt.make_briefing()

    def _answer_at_once(self) -> Reply | None:
        """Return an answer that needs no model, once it is this message's turn: one given before, or the owner's."""
        briefing = self._briefing
        if briefing.grounding != "off":
            self._message = _strip(self._message)
        give_turn()
        self._remember()
        if kept := self._exchange.kept:
            self.record.outcome = "repeated"
            notes = Annotations.load(kept.annotations)
            return Reply(kept.text, self._session_id, cast("FinishReason", kept.finish_reason), notes)
        if (text := briefing.library.faq.find_answer(self._message)) is None:
            return None
        self._exchange.record(GivenAnswer(text, "stop", briefing.persona))
        self.record.outcome = "faq"
        return Reply(text, self._session_id, "stop")

    def _remember(self) -> None:
        """Wait for the session's turn before this one, and see what was said."""
        self._exchange = Exchange(self._message)
        if self._twin.memory:
            self._exchange = self._twin.memory.open(self._message, self._session_id, self._key)
            self._closing.callback(self._exchange.close)

    def _prepare(self) -> list[dict[str, str]]:
        """Return what the model is asked, and open the gate for what it answers."""
        give_turn()
        settings, briefing, prompt = self._twin.settings, self._briefing, self._twin.prompt
        room = (settings.context_tokens - briefing.tokens) // 2  # the other half is for the answer
        said = self._exchange.compose(min(settings.memory_tokens, room))
        self._gate = self._open_gate([message["content"] for message in said if message["role"] == "user"])
        found = prompt.find(briefing, said)
        self._is_grounded = found.is_close
        prepared = briefing.compose(said, found)
        self._given = prepared.given
        return prepared.messages

    def _open_gate(self, visitor: list[str]) -> Gate:
        briefing = self._briefing
        return open_gate(briefing.grounding, briefing.material, self._twin.settings.fallback, visitor)

    def _relay(self, stream: AnswerStream) -> Iterator[Event]:
        yield Started(self._session_id)
        with self._noting_faults():
            for arrived in stream:
                if isinstance(arrived, str):
                    if self.record.first_token_ms is None:
                        self.record.first_token_ms = round(1_000 * (time.monotonic() - self._started))
                    yield from self._show(self._gate.push(arrived))
                elif arrived is None:
                    yield Silence()
                else:
                    yield from self._show(self._gate.finish())
                    yield self._reply(arrived)

    def _show(self, text: str) -> Iterator[Delta]:
        if text:
            self._pieces.append(text)
            yield Delta(text)

    def _reply(self, answer: Answer) -> Reply:
        """Return what the visitor gets, once it is kept."""
        text, gate = "".join(self._pieces), self._gate
        declined = answer.finish_reason == "content_filter"
        if declined or not text.strip():  # nothing was left of it
            text = self._twin.settings.fallback
        finish_reason: FinishReason = "content_filter" if gate.has_withheld else answer.finish_reason
        read, written = (answer.usage.prompt_tokens, answer.usage.completion_tokens) if answer.usage else (None, None)
        notes = self._annotate(text)
        persona = self._briefing.persona
        self._exchange.record(GivenAnswer(text, finish_reason, persona, answer.model, read, written, notes))
        self.record.outcome, self.record.model = finish_reason, answer.model
        self.record.prompt_tokens, self.record.completion_tokens = read, written
        self.record.repaired, self.record.removed = len(gate.repaired) or None, len(gate.removed) or None
        return Reply(text, self._session_id, finish_reason, notes)

    def _annotate(self, text: str) -> Annotations:
        """Return what is said beside an answer that has passed the gate."""
        gate = self._gate
        report = GroundingReport(repaired=gate.repaired, removed=gate.removed)
        return Annotations(
            grounding=report if gate.repaired or gate.removed else None,
            sources=[CitedSource.model_validate(source) for source in self._find_sources(text)] or None,
            grounded=None if self._is_grounded else False,
        )

    def _find_sources(self, text: str) -> tuple[Source, ...]:
        if not self._given or text == self._twin.settings.fallback or self._gate.has_withheld:
            return ()
        briefing = self._briefing
        return find_sources(text, self._message, self._given, briefing.library.rarity, briefing.names)

    def _keep_interrupted(self) -> None:
        """Keep a streamed answer that the visitor left, as far as it came."""
        if self.record.outcome == "left":
            with suppress(TwinError):  # nobody is there to be told
                self._exchange.record(GivenAnswer("".join(self._pieces), "interrupted", self._briefing.persona))

    def _record_gap(self) -> None:
        """Keep the question for the owner, without who asked it."""
        assert self._twin.gaps
        with suppress(StoreUnavailable):  # which is logged
            self._twin.gaps.record(self._message)

    def _summarise(self) -> None:
        """Have the model summarise what it is no longer shown; where that fails, it is shown the window alone.

        That takes a place as a turn does: where there is none, it is left for after the next one.
        """
        with suppress(TwinError), self._taking_place():
            if request := self._exchange.request_summary():
                answer = self._twin.model.answer(request.chat, partial(self._twin.budget.hold, request.chat))
                gate = self._open_gate([message["content"] for message in request.chat])
                text = gate.pass_whole(answer.text)
                if answer.finish_reason != "content_filter" and not gate.has_withheld:
                    self._exchange.keep_summary(request, text)

    @contextmanager
    def _taking_place(self) -> Iterator[None]:
        """Take a place for as long as the body lasts; raises Overloaded where all are taken."""
        take_place(self._twin, [])
        try:
            yield
        finally:
            self._twin.room.append(None)

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


def _strip(message: str) -> str:
    """Return a message without what nobody sees in it, or raise InvalidRequest where that is all of it."""
    if text := strip_invisible(message).strip():
        return text
    raise InvalidRequest(fields=[InvalidField(field="message", message="It has only characters that nobody sees")])
