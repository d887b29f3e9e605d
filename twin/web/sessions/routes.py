"""The URLs of a visitor's own conversation: its id alone gives access, and no URL lists the ids."""

from __future__ import annotations

from flask import Blueprint, Response

from ...errors import NotFound, StoreUnavailable
from ...memory import Conversation, Export
from ..current import current_runtime
from ..operation import operation
from .schemas import LegacyConversation, Session

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/sessions/<session_id>")
@operation(fails=[NotFound, StoreUnavailable])
def show_session(session_id: str) -> Session:
    """Show the messages of a session."""
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
    """Delete a session and all of its messages; an unknown session counts as deleted."""
    current_runtime().delete_session(session_id)


@blueprint.get("/conversation/<session_id>")
@operation(fails=[StoreUnavailable])
def show_conversation(session_id: str) -> LegacyConversation:
    """Show the messages of a session in the format of older frontends."""
    try:
        return LegacyConversation.of(Session.of(session_id, _find(session_id)))
    except NotFound:
        return LegacyConversation(session_id=session_id, messages=[])


def _find(session_id: str) -> Conversation:
    memory = current_runtime().memory
    found = memory.fetch(session_id) if memory else None
    if found is None:
        raise NotFound
    return found
