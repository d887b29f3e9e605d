"""The gunicorn worker: visitors' connections that share the process fairly, and refusals that log no visitor's words.

gevent has to be patched in before this is imported, which gunicorn.conf.py sees to.
"""

from __future__ import annotations

import errno
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gevent.socket
import gevent.ssl
from gunicorn.glogging import Logger
from gunicorn.http.errors import (
    ExpectationFailed,
    ForbiddenProxyRequest,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.ggevent import GeventWorker

from ..system.fairness import Fairness
from ..telemetry.logs import make_formatter
from .headers import DEFAULT_HEADERS

REFUSALS: dict[type[Exception] | tuple[type[Exception], ...], tuple[int, str]] = {
    LimitRequestLine: (414, "URI Too Long"),
    LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    ExpectationFailed: (417, "Expectation Failed"),
    (ForbiddenProxyRequest, ssl.SSLError): (403, "Forbidden"),
    ParseException: (400, "Bad Request"),
}
MAX_HEADER_BYTES = 16_384  # of one request, all in all
MAX_UNREAD_BYTES = 8_000_000  # of a refused body, so that its sender still sees the 413, in step with the next request
UNREAD_SECONDS = 5  # that reading such a rest may take
SEND_SECONDS = 30  # in which a visitor has to make room for the next piece of a response
# A handshake or a request's headers have to come within this time, and an idle connection is kept as long.
HEADER_SECONDS = 15


class FairConnection:
    """A visitor's connection that shares the process: neither its floods nor its pauses hold up others."""

    # The response's head, held to leave with the first piece: b"" while awaited, None when nothing is held.
    _head: bytes | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        self._fairness = Fairness()
        super().__init__(*args, **options)

    def recv(self, *args: Any) -> bytes:
        """Return received bytes, after letting other connections run where that is due."""
        return self._fairness.read(super().recv, *args)  # type: ignore[misc]

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Send the response's head together with its first piece.

        Other connections get their turn first, since one read may have brought many requests.
        """
        self._fairness.give_turn()
        self._head = b""
        try:
            yield
        finally:
            head, self._head = self._head, None
            if head:  # and nothing after it
                with suppress(OSError):
                    self.sendall(head)

    def sendall(self, data: bytes, *args: Any) -> None:
        """Send all of `data`; a visitor who does not drain the buffer within SEND_SECONDS ends in BrokenPipeError."""
        if self._head == b"":
            self._head = data
            return
        data, self._head = (self._head or b"") + data, None
        self.settimeout(SEND_SECONDS)  # type: ignore[attr-defined]
        try:
            super().sendall(data, *args)  # type: ignore[misc]
        except TimeoutError:
            raise BrokenPipeError(errno.EPIPE, "the visitor reads too slowly") from None
        finally:
            self.settimeout(None)  # type: ignore[attr-defined]


class FairSocket(FairConnection, gevent.socket.socket):  # type: ignore[misc]
    """A plain connection."""


class FairTLSSocket(FairConnection, gevent.ssl.SSLSocket):  # type: ignore[misc]
    """A TLS connection, which shakes hands when its first headers are awaited: its faults are a visitor's then."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"do_handshake_on_connect": False})

    def do_handshake(self) -> None:
        """Shake hands; raises BrokenPipeError after HEADER_SECONDS."""
        with gevent.Timeout(HEADER_SECONDS, BrokenPipeError(errno.EPIPE, "the handshake takes too long")):
            super().do_handshake()


class TwinWorker(GeventWorker):  # type: ignore[misc]
    """gunicorn's gevent worker, which answers a client's fault with 4xx where gunicorn would send 501 or 500."""

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection."""
        if not isinstance(client, ssl.SSLSocket):
            client = FairSocket(client.family, client.type, client.proto, client.detach())
        super().handle(listener, client, addr)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Finish the chats in flight, then end; the streams that only wait end now."""
        super().handle_exit(sig, frame)
        if watch := self.wsgi.extensions["twin"].watch:
            watch.close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Refuse a malformed request; log neither its words nor its sender."""
        status, reason = next((refusal for kind, refusal in REFUSALS.items() if isinstance(exc, kind)), (500, "Error"))
        if status == 500:
            self.log.exception("A connection failed unexpectedly.")
        else:
            self.log.info("A request was refused with %s (%s).", status, type(exc).__name__)
        head = {"Connection": "close", "Content-Length": "0", **DEFAULT_HEADERS}
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        with suppress(OSError):
            client.sendall("\r\n".join(lines).encode())

    def handle_request(self, listener_name: str, req: Any, sock: FairConnection, addr: Any) -> None:
        """Answer a request; then read the rest of a refused body, up to MAX_UNREAD_BYTES."""
        if sum(len(name) + len(value) for name, value in req.headers) > MAX_HEADER_BYTES:
            raise LimitRequestHeaders("too many bytes")
        with sock.answering():
            super().handle_request(listener_name, req, sock, addr)
        with suppress(OSError, ParseException), gevent.Timeout(UNREAD_SECONDS, False):
            for _ in range(MAX_UNREAD_BYTES // 4096):
                if not req.body.read(4096):
                    return
        raise StopIteration  # closes the connection


class JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's own log lines, in the twin's format."""

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's logs."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(make_formatter(as_json=True))


def make_tls_context(_config: Any, make_default: Any) -> ssl.SSLContext:
    """Return the TLS context of a server that has a certificate (gunicorn's hook `ssl_context`)."""
    context: ssl.SSLContext = make_default()
    context.sslsocket_class = FairTLSSocket
    # A visitor may end without TLS's goodbye after sending all, and a late body is ended by us: both want an answer.
    # HTTP knows by itself whether all of a request came.
    context.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)  # the default of OpenSSL before version 3
    return context
