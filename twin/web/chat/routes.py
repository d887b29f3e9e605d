"""POST /chat."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request

from ...rates import Caller
from ...turn import TURN_FAULTS, Event
from .. import visitor
from ..operation import operation
from ..problems import prepare_error_event
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
    return stream_turn(turn, _write, prepare_error_event())


def _write(events: Iterator[Event]) -> Iterator[ServerEvent | None]:
    return map(to_server_event, events)
