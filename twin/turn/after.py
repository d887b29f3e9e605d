"""The work after a turn, beside the next ones: recording a gap, and summarising the conversation."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Literal

from ..errors import Overloaded, StoreUnavailable, TwinError
from ..system.threads import start_thread
from ..text.sentences import select_sentences

if TYPE_CHECKING:
    from ..gaps import Gaps
    from ..memory import Exchange
    from ..owner.notices import Notices
    from ..prompt import Briefing
    from ..runtime import Runtime
    from .events import Reply
    from .outcome import TurnOutcome

NOTICE_OF_FAULT: dict[str, Literal["budget", "model"]] = {  # by the problem's code
    "budget_exhausted": "budget",
    "model_misconfigured": "model",
    "model_failed": "model",
    "model_busy": "model",
    "model_timeout": "model",
}


def follow_up(
    runtime: Runtime,
    exchange: Exchange,
    briefing: Briefing,
    question: str,
    reply: Reply | None,
    close_to: str | None = None,
) -> None:
    """Start the work that follows an answered turn; `reply` is the model's answer to a visitor, if there was one.

    `close_to` is the key of the passage that is close to the question, if one is.

    No answer depends on this work: without a thread to spare it is left undone.
    """
    with suppress(Overloaded):
        if reply and runtime.gaps and (reply.annotations.grounded is False or reply.annotations.unsupported):
            start_thread(partial(record_gaps, runtime.gaps, question, reply, close_to))
        if exchange.is_summary_due:
            start_thread(partial(summarise, runtime, exchange, briefing))


def notify(notices: Notices, outcome: TurnOutcome, question: str, *, is_first: bool) -> None:
    """Tell the owner of a turn's outcome; `is_first` is whether it began a conversation that is remembered."""
    if kind := NOTICE_OF_FAULT.get(outcome.fault or ""):
        notices.tell(kind)
    if outcome.is_model_answer and outcome.reply and outcome.reply.annotations.grounded is False:
        notices.tell("unknown", question)
    if outcome.reply and is_first:
        notices.tell("conversation", question)


def record_gaps(gaps: Gaps, question: str, reply: Reply, close_to: str | None = None) -> None:
    """Keep for the owner, without its author, a question without an answer, and the sentences that were made up."""
    with suppress(StoreUnavailable):  # which is logged
        if reply.annotations.grounded is False:
            gaps.record(question, reply.text, close_to)
        for sentence in select_sentences(reply.text, [each.start for each in reply.annotations.unsupported or ()]):
            gaps.record_invention(sentence)


def summarise(runtime: Runtime, exchange: Exchange, briefing: Briefing) -> None:
    """Have the model summarise the messages that no longer fit its window.

    A failed summary leaves the window alone. A summary takes a place as a turn does; without a free one, the next turn
    tries again.
    """
    with suppress(TwinError), runtime.room.taken():
        if request := exchange.request_summary():
            answer = runtime.model.answer(request.chat, runtime.budget.hold)
            gate = briefing.open_gate(runtime.settings.fallback, [message["content"] for message in request.chat])
            text = gate.pass_whole(answer.text)
            if answer.finish_reason != "content_filter" and not gate.has_withheld:
                exchange.keep_summary(request, text)
