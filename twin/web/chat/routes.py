"""The URL that frontends call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from flask import Blueprint, Response, after_this_request, current_app, g, request

from ...runtime import Twin
from ...turn import turn
from .. import access_log, sse, visitor
from ..headers import describe_quotas
from ..operation import operation
from .schemas import ChatHeaders, ChatRequest, ChatResponse, EventStream, to_server_event

blueprint = Blueprint("chat", __name__)


@blueprint.post("/chat")
@operation(gives={"application/json": ChatResponse, "text/event-stream": EventStream}, fails=turn.FAULTS)
def send_message(chat: ChatRequest, headers: ChatHeaders) -> ChatResponse | Response:
    """Answer one message as the twin, whole or, as server-sent events, while it is written."""
    twin: Twin = current_app.extensions["twin"]
    accepted = turn.begin(twin, chat.message, chat.session_id, visitor.find_address(), headers.idempotency_key)
    access_log.include_chat(accepted.report)

    end = ExitStack()  # once, by the first who calls it
    end.callback(accepted.close)

    @after_this_request
    def end_with(response: Response) -> Response:
        response.headers.update(describe_quotas(accepted.quotas))
        response.call_on_close(end.close)
        return response

    if request.accept_mimetypes.best_match(["application/json", "text/event-stream"]) != "text/event-stream":
        return ChatResponse.of(accepted.answer())
    connection = visitor.find_connection(request.environ)
    events = map(to_server_event, accepted.stream())
    text = sse.write_events(events, connection, g.request_id, twin.settings.contact)
    return Response(_end_after(text, end), mimetype="text/event-stream", headers=sse.HEADERS)


def _end_after(text: Iterator[str], end: ExitStack) -> Iterator[str]:
    """Yield `text`, then end the turn: werkzeug's server closes no answer whose visitor broke TLS off."""
    with end:
        yield from text
