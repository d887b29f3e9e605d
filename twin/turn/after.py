"""The work after a turn, beside the next ones: recording a gap, and summarising the conversation."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from ..errors import Overloaded, StoreUnavailable, TwinError
from ..system.threads import start_thread

if TYPE_CHECKING:
    from ..gaps import Gaps
    from ..memory import Exchange
    from ..prompt import Briefing
    from ..runtime import Runtime


def follow_up(runtime: Runtime, exchange: Exchange, briefing: Briefing, gap: str | None) -> None:
    """Start the work that follows an answered turn; `gap` is a question without a close passage, if there was one.

    No answer depends on this work: without a thread to spare it is left undone.
    """
    with suppress(Overloaded):
        if gap is not None and runtime.gaps:
            start_thread(partial(record_gap, runtime.gaps, gap))
        if exchange.is_summary_due:
            start_thread(partial(summarise, runtime, exchange, briefing))


def record_gap(gaps: Gaps, question: str) -> None:
    """Keep a question for the owner, without its author."""
    with suppress(StoreUnavailable):  # which is logged
        gaps.record(question)


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
