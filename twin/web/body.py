"""A request's body: read whole, in time and within its limit, or refused."""

from __future__ import annotations

import socket
from functools import partial
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, current_app
from gunicorn.http.errors import ParseException
from werkzeug.sansio.utils import get_content_length

from ..errors import BadJson, BadRequest, TooLarge, UnsupportedMediaType
from ..system.alarms import Alarms
from ..system.caching import cached_property
from ..system.sockets import shut_down
from .visitor import find_connection

MAX_BODY_BYTES = 256 * 1024
BODY_SECONDS = 20


def init_app(app: Flask) -> None:
    """Read the bodies of all requests to `app` under the limits of this module."""
    app.request_class = GuardedRequest
    app.extensions["alarms"] = Alarms()


class GuardedRequest(Request):
    """A request whose body is read whole, in time and within its limit, or not at all."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """Read the body on first use; raises TooLarge, or BadJson for a truncated body."""
        return BytesIO(read_body(self.environ, current_app.extensions["alarms"]))


def read_body(environ: dict[str, Any], alarms: Alarms) -> bytes:
    """Return the body, declared or chunked; at most MAX_BODY_BYTES within BODY_SECONDS.

    A late body has its connection shut for reading, so that it ends short.
    """
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    if coding is not None and coding.strip().lower() != "chunked":
        raise UnsupportedMediaType
    if coding is not None and "CONTENT_LENGTH" in environ:
        raise BadRequest  # two framings of one body (RFC 9112, section 6.3)
    declared = get_content_length(environ.get("CONTENT_LENGTH"), coding)
    if declared is None and coding is None:
        return b""
    if declared is not None and declared > MAX_BODY_BYTES:
        raise TooLarge
    wanted = MAX_BODY_BYTES + 1 if declared is None else declared
    alarm = alarms.set(BODY_SECONDS, partial(_end_reading, find_connection(environ)))
    try:
        body: bytes = environ["wsgi.input"].read(wanted)
    except (OSError, ValueError, ParseException) as error:  # the two servers' exceptions for a broken chunk
        raise BadJson from error
    finally:
        alarm.cancel()
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge
    if declared is not None and len(body) < declared:
        raise BadJson
    return body


def _end_reading(connection: socket.socket | None) -> None:
    if connection is not None:
        shut_down(connection, socket.SHUT_RD)
