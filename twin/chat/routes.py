"""The URL that frontends call."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app

from ..payload import read_payload
from ..turn import Twin
from .schemas import ChatRequest, ChatResponse

blueprint = Blueprint("chat", __name__)


@blueprint.post("/chat")
def send_message() -> dict[str, Any]:
    """Answer one message as the twin."""
    chat = read_payload(ChatRequest)
    twin: Twin = current_app.extensions["twin"]
    reply = twin.answer(chat.message, chat.session_id)
    finish_reason = None if reply.finish_reason == "stop" else reply.finish_reason
    return ChatResponse(response=reply.text, session_id=reply.session_id, finish_reason=finish_reason).model_dump(
        exclude_none=True
    )
