"""Connections to the model, and a way to end a call from outside."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Lock
from typing import Any

import httpcore2
import httpx2
import openai

from ..system.alarms import Alarm, Alarms
from ..system.fairness import Fairness
from ..system.sidecar_process import Address
from .idle import IdleConnections
from .transport import Network, connect, find_target

MAX_BODY_BYTES = 16 * 1024 * 1024  # a million tokens of output, and then some
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))  # json.dumps makes one each time
BREAKS = (  # what a connection that fails raises
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
)


class Deadline:
    """The moment that no part of a chat may pass but a connect; at once, where nobody waits for the answer any more."""

    def __init__(self, seconds: float) -> None:
        """Set the moment `seconds` from now."""
        self._at = time.monotonic() + seconds
        self._lock = Lock()
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
        with self._lock:
            self._connection = connection
        if connection is not None:
            connection.end_in(self.remaining())

    def cancel(self) -> None:
        """End the chat now, from another thread than the one that asks the model."""
        self.is_cancelled = True
        with self._lock:  # or it could be somebody else's by then
            if self._connection:
                self._connection.abort()


class Response:
    """The answer to a request, of which the head has come; it is to be closed."""

    def __init__(self, response: httpcore2.Response, fairness: Fairness) -> None:
        self._response = response
        self._fairness = fairness
        self.status = response.status
        self.headers = httpx2.Headers(response.headers)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces of its body; raises ReadError where it is too long to be an answer."""
        size = 0
        for piece in self._response.iter_stream():
            size += len(piece)
            if size > MAX_BODY_BYTES:  # before it fills the memory
                raise httpcore2.ReadError(f"more than {MAX_BODY_BYTES} bytes")
            self._fairness.give_turn()
            yield piece

    def read(self) -> bytes:
        """Return all of its body."""
        return b"".join(self)

    def close(self) -> None:
        """Let the connection take the next request; where the body was not read to its end, close that too."""
        self._response.close()


class Connection:
    """One connection to the model, whose call can be ended from outside."""

    def __init__(self, address: Address, tls: ssl.SSLContext, alarms: Alarms) -> None:
        self.address = address
        self._tls = tls
        self._alarms = alarms
        self._network = Network()
        self._http: httpcore2.ConnectionInterface | None = None
        self._watchdog: Alarm | None = None

    @property
    def has_sent(self) -> bool:
        """Whether anything of its last request has left."""
        return self._network.has_sent

    def post(self, path: str, body: dict[str, Any], seconds: float) -> Response:
        """Return the answer to `body` once its head has come, until `end_in`; to connect to each address, `seconds`.

        Raises openai.APIStatusError for a status other than 2xx, one of BREAKS, and ValueError for no URL.
        """
        self._network.has_sent = False
        target = find_target(self.address, path, self._tls)
        content = ENCODER.encode(body).encode()
        headers = [*target.headers, (b"Content-Length", b"%d" % len(content))]
        extensions = {"timeout": {"connect": seconds}}
        request = httpcore2.Request("POST", target.url, headers=headers, content=content, extensions=extensions)
        response = Response(self._open(target.url).handle_request(request), self._network.fairness)
        if not self.has_sent:  # it came with the last one, and might be the next visitor's
            self.close()
            raise httpcore2.RemoteProtocolError("an answer came before its question")
        if not 200 <= response.status < 300:
            with closing(response):
                raise _make_fault(response, str(self.address.base_url))
        return response

    def is_idle(self) -> bool:
        """Whether it is open for the next request; where a call failed or was cut off, it is not."""
        return self._http is not None and self._http.is_idle()

    def close(self) -> None:
        """Close it."""
        if self._http is not None:
            self._http.close()

    def end_in(self, seconds: float) -> None:
        """Shut the socket down when `seconds` have passed, whatever it waits for."""
        self.release()
        self._watchdog = self._alarms.set(seconds, self.abort)

    def release(self) -> None:
        """Let the call take its time, or the next one find the connection as if new."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._network.is_cut = False

    def abort(self) -> None:
        """End the call from another thread."""
        self._network.cut()

    def _open(self, url: httpcore2.URL) -> httpcore2.ConnectionInterface:
        """Return what sends requests, a new one where the last failed or was closed on either side."""
        http = self._http
        if http is None or not http.is_idle() or http.has_expired():
            self.close()
            self._http = http = connect(url, self._tls, self._network)
        return http


def _make_fault(response: Response, url: str) -> openai.APIStatusError:
    """Return what a provider says of an error, in the shape of OpenAI's where it has one."""
    said = None
    with suppress(*BREAKS, ValueError, RecursionError):
        said = json.loads(response.read())
    request = httpx2.Request("POST", url)
    shown = httpx2.Response(response.status, headers=response.headers, request=request)
    return openai.APIStatusError("", response=shown, body=said.get("error", said) if isinstance(said, dict) else said)


class Connections:
    """Connections for one call each; safe to use from many threads at once.

    One pool shared by all calls costs time that grows with the calls in flight; a list of free ones does not.
    """

    def __init__(self) -> None:
        self._tls = httpx2.create_ssl_context()
        self._alarms = Alarms()
        self._idle = IdleConnections[Connection](self._alarms)
        # The SDK first runs a program to name this machine; hundreds of first calls would each do so.
        find_target(Address("http://unused", "none"), "", self._tls)

    @contextmanager
    def take(self, address: Address, deadline: Deadline) -> Iterator[Connection]:
        """Lend an idle connection, or a new one; its socket is shut when the deadline passes."""
        connection = self._idle.take(address) or Connection(address, self._tls, self._alarms)
        try:
            deadline.bind(connection)
            yield connection
        finally:
            deadline.bind(None)
            connection.release()
            if connection.is_idle():
                self._idle.add(address, connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close the connections that no call is using."""
        self._idle.close()
