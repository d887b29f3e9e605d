"""POST /chat."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, g, request

from ...errors import TwinError
from ...rates import Caller
from ...turn import TURN_FAULTS, Event
from .. import visitor
from ..current import current_runtime
from ..operation import operation
from ..problems import Problem
from ..sse import ServerEvent
from ..turns import begin_turn, stream_turn
from .schemas import ChatHeaders, ChatRequest, ChatResponse, EventStream, to_server_event

blueprint = Blueprint("chat", __name__)


@blueprint.post("/chat")
@operation(gives={"application/json": ChatResponse, "text/event-stream": EventStream}, fails=TURN_FAULTS)
def send_message(chat: ChatRequest, headers: ChatHeaders) -> ChatResponse | Response:
    """Answer one message as the twin, whole or streamed as server-sent events."""
    is_streamed = request.accept_mimetypes.best_match(["application/json", "text/event-stream"]) == "text/event-stream"
    caller, door = Caller.at(visitor.find_address()), "stream" if is_streamed else "chat"
    turn = begin_turn(chat.message, caller, chat.session_id, headers.idempotency_key, door=door)
    if not is_streamed:
        return ChatResponse.of(turn.answer())
    request_id, contact = g.request_id, current_runtime().settings.contact

    def write_error(error: TwinError) -> ServerEvent:
        return ServerEvent("error", Problem.of(error, request_id, contact).write())

    return stream_turn(turn, _write, write_error)


def _write(events: Iterator[Event]) -> Iterator[ServerEvent | None]:
    return map(to_server_event, events)
