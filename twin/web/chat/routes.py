"""POST /chat."""

from __future__ import annotations

from flask import Blueprint, Response, after_this_request, g, request

from ...rates import Caller
from ...turn import TURN_FAULTS, Turn, begin
from .. import access_log, sse, visitor
from ..current import current_runtime
from ..headers import describe_quotas
from ..operation import operation
from .schemas import ChatHeaders, ChatRequest, ChatResponse, EventStream, to_server_event

blueprint = Blueprint("chat", __name__)


@blueprint.post("/chat")
@operation(gives={"application/json": ChatResponse, "text/event-stream": EventStream}, fails=TURN_FAULTS)
def send_message(chat: ChatRequest, headers: ChatHeaders) -> ChatResponse | Response:
    """Answer one message as the twin, whole or streamed as server-sent events."""
    runtime = current_runtime()
    turn = begin(runtime, chat.message, chat.session_id, Caller.at(visitor.find_address()), headers.idempotency_key)
    _end_with_response(turn)
    if request.accept_mimetypes.best_match(["application/json", "text/event-stream"]) != "text/event-stream":
        return ChatResponse.of(turn.answer())
    connection = visitor.find_connection(request.environ)
    events = map(to_server_event, turn.stream())
    text = sse.write_events(events, connection, g.request_id, runtime.settings.contact)
    return Response(text, mimetype="text/event-stream", headers=sse.STREAM_HEADERS)


def _end_with_response(turn: Turn) -> None:
    """Have the turn closed and logged when its response is sent, and its quotas in the response's headers."""
    access_log.include_chat(turn.report)

    @after_this_request
    def end_turn(response: Response) -> Response:
        response.headers.update(describe_quotas(turn.quotas))
        response.call_on_close(turn.close)
        return response
