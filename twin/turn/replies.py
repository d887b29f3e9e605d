"""Replies that need no model: the one given to this very message before, and the owner's own answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..memory import Annotations, GivenAnswer
from .events import Reply

if TYPE_CHECKING:
    from ..llm.answers import FinishReason
    from ..memory import Exchange
    from ..prompt import Briefing


WILL_ANSWER = "{} is here in person, reads this, and will answer you."


def find_reply(message: str, session_id: str, exchange: Exchange, briefing: Briefing, owner: str) -> Reply | None:
    """Return a reply that needs no model, once stored; None where the model has to answer."""
    if exchange.kept:
        return _repeat(session_id, exchange)
    if exchange.is_held:
        return _leave_to_owner(session_id, exchange, briefing, owner)
    return _quote_faq(message, session_id, exchange, briefing)


def _leave_to_owner(session_id: str, exchange: Exchange, briefing: Briefing, owner: str) -> Reply:
    """Keep a message for the owner, who holds the conversation, and return who will answer it."""
    text, notes = WILL_ANSWER.format(owner), Annotations(speaker="owner")
    exchange.record(GivenAnswer(text, "held", briefing.persona, annotations=notes))
    return Reply(text, session_id, "stop", notes, origin="owner")


def _repeat(session_id: str, exchange: Exchange) -> Reply | None:
    """Return the reply that was given to a message with the same idempotency key."""
    if (kept := exchange.kept) is None:
        return None
    finish_reason = "stop" if kept.finish_reason == "held" else cast("FinishReason", kept.finish_reason)
    notes = Annotations.load(kept.annotations)
    return Reply(kept.text, session_id, finish_reason, notes, origin="repeated")


def _quote_faq(message: str, session_id: str, exchange: Exchange, briefing: Briefing) -> Reply | None:
    """Return the answer that the owner wrote to this question, word for word."""
    if (text := briefing.library.faq.find_answer(message, briefing.names)) is None:
        return None
    notes = Annotations(speaker="approved")
    exchange.record(GivenAnswer(text, "stop", briefing.persona, annotations=notes))
    return Reply(text, session_id, "stop", notes, origin="faq")
