"""Connections to the model: a free list, and a way to end a call from outside."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import httpx2
import openai

from ..sidecar import Address

IDLE_SECONDS = 30.0  # a free connection is used again for this long; providers close theirs after a minute or more

PIECES_AT_ONCE = 100
MAX_BODY_BYTES = 16 * 1024 * 1024  # a million tokens of output, and then some


class Deadline:
    """The moment that no part of a chat may pass; at once, where nobody waits for the answer any more."""

    def __init__(self, seconds: float) -> None:
        """Set the moment `seconds` from now."""
        self._at = time.monotonic() + seconds
        self._connection: Connection | None = None
        self.is_cancelled = False

    def remaining(self) -> float:
        """Return the seconds left; negative once it has passed."""
        return -1.0 if self.is_cancelled else self._at - time.monotonic()

    def passed(self) -> bool:
        """Whether the moment is over."""
        return self.remaining() <= 0

    def bind(self, connection: Connection | None) -> None:
        """Say which connection is in use, to be ended with the deadline."""
        self._connection = connection
        if connection is not None:
            connection.end_in(self.remaining())

    def cancel(self) -> None:
        """End the chat now, from another thread than the one that asks the model."""
        self.is_cancelled = True
        if connection := self._connection:
            connection.abort()


class Connection:
    """One connection to the model with a client of its own, so that its call can be ended from outside."""

    def __init__(self, address: Address, tls: ssl.SSLContext) -> None:
        self.address = address
        self.idle_since = 0.0
        self._stream: Any = None
        self._is_aborted = False
        self.has_sent = False  # anything of its last request
        self._watchdog: threading.Timer | None = None
        http = openai.DefaultHttpx2Client(
            verify=tls,
            headers={"Accept-Encoding": "identity"},  # what is small on the wire may not fit the memory
            follow_redirects=False,  # each hop would be one more call
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS),
            event_hooks={"request": [self._watch], "response": [_distrust]},
        )
        self.client = openai.OpenAI(api_key=address.api_key, base_url=address.base_url, http_client=http, max_retries=0)

    def post(self, path: str, body: dict[str, Any], seconds: float) -> httpx2.Response:
        """Return the answer to `body`; where that asks for a stream, once its head has come, to be read and closed.

        `client.post` is the SDK's own door past the typed parameters and results of its methods, which cost
        more than the call itself. Raises what the SDK raises; each read may take `seconds`.
        """
        self.has_sent = False
        stream = bool(body.get("stream"))
        response = self.client.post(
            path, body=body, cast_to=httpx2.Response, options={"timeout": seconds}, stream=stream, stream_cls=None
        )
        assert isinstance(response, httpx2.Response)
        return response

    def _watch(self, request: httpx2.Request) -> None:
        request.extensions["trace"] = self._follow

    def _follow(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(".send_request_headers.started"):
            if self._is_aborted:
                raise httpx2.ConnectError("nobody waits for the answer any more")
            self.has_sent = True
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._stream = stream = info["return_value"]
            read = stream.read

            def read_fairly(max_bytes: int, timeout: float | None = None) -> bytes:
                time.sleep(0)  # gevent goes on reading what has come already, and would let nobody else run
                return bytes(read(max_bytes, timeout))

            stream.read = read_fairly
            if self._is_aborted:
                self.abort()

    def end_in(self, seconds: float) -> None:
        """Shut the socket down when `seconds` have passed: the client's own timeouts bound each read, not a body."""
        self.release()
        self._watchdog = threading.Timer(max(seconds, 0), self.abort)
        self._watchdog.daemon = True
        self._watchdog.start()

    def release(self) -> None:
        """Let the call take its time, or the next one find the connection as if new."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._is_aborted = False

    def abort(self) -> None:
        """Shut the socket down under a call that waits on it, whose read ends at once, or that still connects."""
        self._is_aborted = True
        with suppress(OSError, AttributeError):
            descriptor = os.dup(self._stream.get_extra_info("socket").fileno())
            with socket.socket(fileno=descriptor) as same:
                same.shutdown(socket.SHUT_RDWR)


class _BoundedBody(httpx2.SyncByteStream):
    """A response's body that fails where it is too long to be an answer, before it fills the memory."""

    def __init__(self, body: httpx2.SyncByteStream) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for number, piece in enumerate(self._body):
            size += len(piece)
            if size > MAX_BODY_BYTES:
                raise httpx2.ReadError(f"more than {MAX_BODY_BYTES} bytes")
            if number % PIECES_AT_ONCE == PIECES_AT_ONCE - 1:
                time.sleep(0)  # gevent goes on reading what has come already, and would let nobody else run
            yield piece

    def close(self) -> None:
        self._body.close()


def _distrust(response: httpx2.Response) -> None:
    assert isinstance(response.stream, httpx2.SyncByteStream)
    response.stream = _BoundedBody(response.stream)
    response.headers.pop("Content-Encoding", None)
    response.encoding = "utf-8"  # the one it names may not exist, and Python has some that are no text


class Connections:
    """The connections that no call is using, one call each; safe to use from many threads at once.

    One pool shared by all calls costs time that grows with the calls in flight; a list of free ones does not.
    """

    def __init__(self) -> None:
        self._tls = httpx2.create_ssl_context()
        self._free: deque[Connection] = deque()  # the longest idle at the left
        self._sweeper: threading.Timer | None = None
        # On its first call the SDK runs a program to name this machine; hundreds of first calls would each do so.
        with Connection(Address("http://unused", "none"), self._tls).client as client:
            _ = client.default_headers

    @contextmanager
    def take(self, address: Address, deadline: Deadline) -> Iterator[Connection]:
        """Lend a free connection, or a new one; its socket is shut when the deadline passes."""
        connection = self._find(address)
        deadline.bind(connection)
        try:
            yield connection
        finally:
            deadline.bind(None)
            connection.release()
            self._give_back(connection)

    def close(self) -> None:
        """Close the connections that no call is using."""
        while self._free:
            self._free.pop().client.close()

    def _find(self, address: Address) -> Connection:
        with suppress(IndexError):  # none is free
            while (connection := self._free.pop()).address != address:
                connection.client.close()
            return connection
        return Connection(address, self._tls)

    def _give_back(self, connection: Connection) -> None:
        connection.idle_since = time.monotonic()
        self._free.append(connection)
        if self._sweeper is None:
            self._sweep_later()

    def _sweep_later(self) -> None:
        self._sweeper = threading.Timer(IDLE_SECONDS, self._sweep)
        self._sweeper.daemon = True
        self._sweeper.start()

    def _sweep(self) -> None:
        """Close what nobody has used for long, and come back while there is more."""
        self._sweeper = None
        with suppress(IndexError):  # another thread took it already, or there is none
            while self._free[0].idle_since <= time.monotonic() - IDLE_SECONDS:
                self._free.popleft().client.close()
            self._sweep_later()
