"""Replies that need no model: the one given to this very message before, and the owner's own answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..memory import Annotations, GivenAnswer
from .events import Reply

if TYPE_CHECKING:
    from ..llm.answers import FinishReason
    from ..memory import Exchange
    from ..prompt import Briefing


def find_reply(message: str, session_id: str, exchange: Exchange, briefing: Briefing) -> Reply | None:
    """Return a reply that needs no model, once stored; None where the model has to answer."""
    return _repeat(session_id, exchange) or _quote_faq(message, session_id, exchange, briefing)


def _repeat(session_id: str, exchange: Exchange) -> Reply | None:
    """Return the reply that was given to a message with the same idempotency key."""
    if (kept := exchange.kept) is None:
        return None
    finish_reason, notes = cast("FinishReason", kept.finish_reason), Annotations.load(kept.annotations)
    return Reply(kept.text, session_id, finish_reason, notes, origin="repeated")


def _quote_faq(message: str, session_id: str, exchange: Exchange, briefing: Briefing) -> Reply | None:
    """Return the answer that the owner wrote to this question, word for word."""
    if (text := briefing.library.faq.find_answer(message, briefing.names)) is None:
        return None
    notes = Annotations(speaker="approved")
    exchange.record(GivenAnswer(text, "stop", briefing.persona, annotations=notes))
    return Reply(text, session_id, "stop", notes, origin="faq")
