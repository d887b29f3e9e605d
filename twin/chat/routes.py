"""The URL that frontends call."""

from __future__ import annotations

from flask import Blueprint, Response, after_this_request, current_app, g, request

from .. import edge, turn
from ..operation import operation
from ..rates import describe_quotas
from ..service import Twin
from . import sse
from .schemas import ChatHeaders, ChatRequest, ChatResponse, EventStream

blueprint = Blueprint("chat", __name__)


@blueprint.post("/chat")
@operation(gives={"application/json": ChatResponse, "text/event-stream": EventStream}, fails=turn.FAULTS)
def send_message(chat: ChatRequest, headers: ChatHeaders) -> ChatResponse | Response:
    """Answer one message as the twin, whole or, as server-sent events, while it is written."""
    twin: Twin = current_app.extensions["twin"]
    accepted = turn.begin(twin, chat.message, chat.session_id, edge.find_address(), headers.idempotency_key)
    g.chat = accepted.record

    @after_this_request
    def end_with(response: Response) -> Response:
        response.headers.update(describe_quotas(accepted.quotas))
        response.call_on_close(accepted.close)
        return response

    if request.accept_mimetypes.best_match(["application/json", "text/event-stream"]) != "text/event-stream":
        return ChatResponse.of(accepted.answer())
    visitor = edge.find_connection(request.environ)
    text = sse.write_events(accepted.stream(), visitor, g.request_id, twin.settings.contact)
    return Response(text, mimetype="text/event-stream", headers=sse.HEADERS)
