"""A turn's events as server-sent events, and who is still there to read them."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import TwinError
from ...system.sockets import has_left
from ...turn.turn import Delta, Event, Silence, Started
from .schemas import ChatResponse

HEADERS = {
    "Cache-Control": "no-cache, no-transform, no-store",  # a proxy that compressed would hold the words back
    "X-Accel-Buffering": "no",  # as nginx otherwise does
}

ENCODER = json.JSONEncoder(ensure_ascii=False)  # json.dumps would make one for each word

logger = logging.getLogger(__name__)


def write_events(
    events: Iterator[Event], visitor: socket.socket | None, request_id: str, contact: str | None
) -> Iterator[str]:
    """Yield `events` as text (WHATWG HTML, section 9.2), a comment for a silence; end them when the visitor left.

    `contact`, the owner's sentence, is told with an error.
    """
    try:
        for event in events:
            if isinstance(event, Silence) and visitor is not None and has_left(visitor):
                return
            yield _write(event)
    except TwinError as error:
        yield _format("error", error.as_problem(request_id, contact))
    except Exception:
        logger.exception("Request %s failed unexpectedly in its stream.", request_id)
        yield _format("error", TwinError().as_problem(request_id, contact))


def _write(event: Event) -> str:
    if isinstance(event, Started):
        return _format("session", {"session_id": event.session_id})
    if isinstance(event, Delta):
        return _format("delta", {"text": event.text})
    if isinstance(event, Silence):
        return ":\n\n"
    return _format("done", ChatResponse.of(event).model_dump(exclude_none=True))


def _format(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {ENCODER.encode(data)}\n\n"
