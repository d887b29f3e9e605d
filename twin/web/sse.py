"""Server-sent events (WHATWG HTML, section 9.2), written until the stream ends or its visitor leaves."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import TwinError
from ..system.sockets import has_left
from .problems import Problem

STREAM_HEADERS = {
    "Cache-Control": "no-cache, no-transform, no-store",  # a proxy that compressed would hold the words back
    "X-Accel-Buffering": "no",  # as nginx otherwise does
}
TICK = ":\n\n"  # a comment, which clients ignore

_encode = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder for each word

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServerEvent:
    """One event: its name, and its data in JSON's types."""

    name: str
    data: Any

    def __str__(self) -> str:
        return f"event: {self.name}\ndata: {_encode(self.data)}\n\n"


def write_events(
    events: Iterator[ServerEvent | None], visitor: socket.socket | None, request_id: str, contact: str | None
) -> Iterator[str]:
    """Yield the text of `events`, with a comment for each None, a tick; end at a tick after the visitor left.

    An error becomes an event `error` with its problem, to which `contact`, the owner's sentence, is added.
    """
    try:
        for event in events:
            if event is None and visitor is not None and has_left(visitor):
                return
            yield TICK if event is None else str(event)
    except TwinError as error:
        yield _write_error(error, request_id, contact)
    except Exception:
        logger.exception("Request %s failed unexpectedly in its stream.", request_id)
        yield _write_error(TwinError(), request_id, contact)


def _write_error(error: TwinError, request_id: str, contact: str | None) -> str:
    return str(ServerEvent("error", Problem.of(error, request_id, contact).model_dump(exclude_none=True)))
