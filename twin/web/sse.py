"""Server-sent events (WHATWG HTML, section 9.2), written until the stream ends or its visitor leaves."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import TwinError
from ..system.sockets import has_left

STREAM_HEADERS = {
    "Cache-Control": "no-cache, no-transform, no-store",  # a proxy that compressed would hold the words back
    "X-Accel-Buffering": "no",  # as nginx otherwise does
}
TICK = ":\n\n"  # a comment, which clients ignore

_encode = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder for each word

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServerEvent:
    """One event: its name, if it has one, its data in JSON's types, and the id with which a client comes back."""

    name: str
    data: Any
    id: int | None = None

    def __str__(self) -> str:
        place = "" if self.id is None else f"id: {self.id}\n"
        name = f"event: {self.name}\n" if self.name else ""
        return f"{place}{name}data: {_encode(self.data)}\n\n"


Written = ServerEvent | str  # an event, or its text


def write_events(
    events: Iterator[Written | None],
    visitor: socket.socket | None,
    request_id: str,
    write_error: Callable[[TwinError], Written],
) -> Iterator[str]:
    """Yield the text of `events`, with a comment for each None, a tick; end at a tick after the visitor left.

    An error becomes the event that `write_error` returns.
    """
    try:
        for event in events:
            if event is None and visitor is not None and has_left(visitor):
                return
            yield TICK if event is None else str(event)
    except TwinError as error:
        yield str(write_error(error))
    except Exception:
        logger.exception("Request %s failed unexpectedly in its stream.", request_id)
        yield str(write_error(TwinError()))
