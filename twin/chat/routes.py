"""The URL that frontends call."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, request

from .. import edge, turn
from ..operation import operation
from . import sse
from .schemas import ChatRequest, ChatResponse, EventStream

blueprint = Blueprint("chat", __name__)


@blueprint.post("/chat")
@operation(gives={"application/json": ChatResponse, "text/event-stream": EventStream}, fails=turn.FAULTS)
def send_message(chat: ChatRequest) -> ChatResponse | Response:
    """Answer one message as the twin, whole or, as server-sent events, while it is written."""
    twin: turn.Twin = current_app.extensions["twin"]
    if request.accept_mimetypes.best_match(["application/json", "text/event-stream"]) != "text/event-stream":
        return ChatResponse.of(twin.answer(chat.message, chat.session_id))
    events = twin.stream(chat.message, chat.session_id)
    text = sse.write_events(events, edge.find_connection(request.environ), g.request_id)
    return Response(text, mimetype="text/event-stream", headers=sse.HEADERS)
