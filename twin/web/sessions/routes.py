"""The URLs of a visitor's own conversation; who knows its id may read and delete it, and nobody lists them."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from ...errors import NotFound, StoreUnavailable
from ...memory import Conversation, Export
from ...runtime import Twin
from ..operation import operation
from .schemas import LegacyConversation, Session

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/sessions/<session_id>")
@operation(fails=[NotFound, StoreUnavailable])
def show_session(session_id: str) -> Session:
    """Show what was said in a session."""
    return Session.of(session_id, _find(session_id))


@blueprint.get("/sessions/<session_id>/export")
@operation(gives={"application/json": Export}, fails=[NotFound, StoreUnavailable])
def export_session(session_id: str) -> Response:
    """Send all that is kept of a session, as a file."""
    export = Export.of(_find(session_id))
    headers = {"Content-Disposition": f'attachment; filename="conversation-{export.created_at:%Y-%m-%d}.json"'}
    return Response(export.model_dump_json(indent=2), mimetype="application/json", headers=headers)


@blueprint.delete("/sessions/<session_id>")
@operation(fails=[StoreUnavailable])
def delete_session(session_id: str) -> None:
    """Delete a session and all that was said in it; an unknown one is as good as deleted."""
    _twin().delete_session(session_id)


@blueprint.get("/conversation/<session_id>")
@operation(fails=[StoreUnavailable])
def show_conversation(session_id: str) -> LegacyConversation:
    """Show what was said in a session, as older frontends read it."""
    try:
        return LegacyConversation.of(Session.of(session_id, _find(session_id)))
    except NotFound:
        return LegacyConversation(session_id=session_id, messages=[])


def _find(session_id: str) -> Conversation:
    memory = _twin().memory
    found = memory.fetch(session_id) if memory else None
    if found is None:
        raise NotFound
    return found


def _twin() -> Twin:
    twin: Twin = current_app.extensions["twin"]
    return twin
