"""The URL that frontends call."""

from __future__ import annotations

from flask import Blueprint, current_app

from .. import turn
from ..operation import operation
from .schemas import ChatRequest, ChatResponse

blueprint = Blueprint("chat", __name__)


@blueprint.post("/chat")
@operation(fails=turn.FAULTS)
def send_message(chat: ChatRequest) -> ChatResponse:
    """Answer one message as the twin."""
    twin: turn.Twin = current_app.extensions["twin"]
    return ChatResponse.of(twin.answer(chat.message, chat.session_id))
