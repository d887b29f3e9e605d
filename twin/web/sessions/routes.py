"""The URLs of a visitor's own conversation: its id alone gives access, and no URL lists the ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, g, request

from ...errors import InvalidRequest, NotFound, Overloaded, RateLimited, StoreUnavailable
from ...memory import Conversation, KeptSession, parse_session_id
from ...owner import Answered, Left, News, Visitors
from ...rates import Caller
from .. import sse, visitor
from ..current import current_runtime
from ..operation import operation
from ..problems import prepare_error_event
from .exchanges import (
    EventHeaders,
    FeedbackRequest,
    QuestionReceipt,
    QuestionRequest,
    SessionEvents,
    SessionExport,
    to_server_event,
)
from .schemas import LegacyConversation, Session

NOTICE_SECONDS = 3.0  # that a question waits for the word of a channel

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/sessions/<session_id>")
@operation(fails=[NotFound, StoreUnavailable])
def show_session(session_id: str) -> Session:
    """Show the messages of a session, and what its visitor awaits from the owner."""
    found = _find(session_id)
    if found.left:
        _visitors().note_seen([each.id for each in found.left.questions if each.answered_at and not each.seen_at])
    return Session.of(session_id, found.kept, found.left)


@blueprint.get("/sessions/<session_id>/export")
@operation(gives={"application/json": SessionExport}, fails=[NotFound, StoreUnavailable])
def export_session(session_id: str) -> Response:
    """Send all that is kept of a session, as a file."""
    found = _find(session_id)
    export = SessionExport.gather(found.kept, found.left)
    headers = {"Content-Disposition": f'attachment; filename="conversation-{export.created_at:%Y-%m-%d}.json"'}
    return Response(export.model_dump_json(indent=2), mimetype="application/json", headers=headers)


@blueprint.delete("/sessions/<session_id>")
@operation(fails=[StoreUnavailable])
def delete_session(session_id: str) -> None:
    """Delete a session and all of its messages; an unknown session counts as deleted."""
    current_runtime().delete_session(session_id)


@blueprint.post("/sessions/<session_id>/questions")
@operation(fails=[NotFound, RateLimited, StoreUnavailable])
def ask_owner(session_id: str, asked: QuestionRequest) -> QuestionReceipt:
    """Put a question into the owner's inbox, and say what has become of it."""
    runtime = current_runtime()
    runtime.rates.admit(Caller.at(visitor.find_address()))
    consent = asked.consent if isinstance(asked.consent, str) else None
    question = _visitors().ask(session_id, asked.question, asked.contact or None, consent)
    is_notified = runtime.notices is not None and runtime.notices.tell_and_wait(asked.question, NOTICE_SECONDS)
    return QuestionReceipt.of(question, is_notified=is_notified)


@blueprint.post("/sessions/<session_id>/feedback")
@operation(fails=[NotFound, RateLimited, InvalidRequest, StoreUnavailable])
def judge_answer(session_id: str, given: FeedbackRequest) -> None:
    """Keep a thumb on an answer; one that points down asks for the owner's eye."""
    current_runtime().rates.admit(Caller.at(visitor.find_address()))
    _visitors().judge(session_id, given.message, given.value, given.note or None)


@blueprint.get("/sessions/<session_id>/events")
@operation(gives={"text/event-stream": SessionEvents}, fails=[NotFound, Overloaded, StoreUnavailable])
def send_events(session_id: str, headers: EventHeaders) -> Response:
    """Send what the owner says, as it is said, until nothing is awaited any more."""
    runtime = current_runtime()
    if runtime.watch is None:
        raise NotFound
    events = map(to_server_event, _note_seen(_visitors(), runtime.watch.follow(session_id, headers.place)))
    connection = visitor.find_connection(request.environ)
    text = sse.write_events(events, connection, g.request_id, prepare_error_event())
    return Response(text, mimetype="text/event-stream", headers=sse.STREAM_HEADERS)


@blueprint.get("/conversation/<session_id>")
@operation(fails=[StoreUnavailable])
def show_conversation(session_id: str) -> LegacyConversation:
    """Show the messages of a session in the format of older frontends."""
    try:
        return LegacyConversation.of(Session.of(session_id, _find(session_id).kept))
    except NotFound:
        return LegacyConversation(session_id=session_id, messages=[])


@dataclass(frozen=True)
class _Found:
    kept: Conversation
    left: Left | None


def _note_seen(visitors: Visitors, news: Iterator[News | None]) -> Iterator[News | None]:
    """Yield the news of a session, and note which answers its visitor has been sent."""
    for each in news:
        if isinstance(each, Answered):
            visitors.note_seen([each.question.id])
        yield each


def _visitors() -> Visitors:
    """Return the visitors' side of the desk; raises NotFound without memory."""
    if (visitors := current_runtime().visitors) is None:
        raise NotFound
    return visitors


def _find(session_id: str) -> _Found:
    """Return a session, which may have questions for the owner alone; raises NotFound."""
    memory = current_runtime().memory
    kept = memory.fetch(session_id) if memory else None
    left = _visitors().fetch(session_id)
    if kept is None and left and left.questions and (key := parse_session_id(session_id)):
        asked = left.questions[0].asked_at
        kept = Conversation(KeptSession(key, asked, asked), [])
    if kept is None:
        raise NotFound
    return _Found(kept, left)
