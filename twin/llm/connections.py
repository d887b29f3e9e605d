"""Connections to a provider, each for one call at a time, which another thread can end."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import httpcore2
import httpx2
import openai

from ..system.address import Address
from ..system.alarms import Alarm, Alarms
from ..system.fairness import Fairness
from .deadline import Deadline
from .idle import IdleConnections
from .transport import Network, connect, find_target

MAX_RESPONSE_BYTES = 16 * 1024 * 1024  # more than a million tokens of output
# Made once: json.dumps would make one for each request.
REQUEST_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
CONNECTION_FAULTS = (  # raised by a connection that fails
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
)


class Response:
    """A response whose head has arrived; the caller reads and closes it."""

    def __init__(self, response: httpcore2.Response, fairness: Fairness) -> None:
        self._response = response
        self._fairness = fairness
        self.status = response.status
        self.headers = httpx2.Headers(response.headers)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces of the body; raises ReadError for more than MAX_RESPONSE_BYTES."""
        size = 0
        for piece in self._response.iter_stream():
            size += len(piece)
            if size > MAX_RESPONSE_BYTES:  # before the body fills the memory
                raise httpcore2.ReadError(f"more than {MAX_RESPONSE_BYTES} bytes")
            self._fairness.give_turn()
            yield piece

    def read(self) -> bytes:
        """Return the whole body."""
        return b"".join(self)

    def close(self) -> None:
        """Free the connection for the next request; close the connection where the body was not read to its end."""
        self._response.close()


class Connection:
    """One connection to a server, whose call another thread can end."""

    def __init__(self, address: Address, tls: ssl.SSLContext, alarms: Alarms) -> None:
        self.address = address
        self._tls = tls
        self._alarms = alarms
        self._network = Network()
        self._http: httpcore2.ConnectionInterface | None = None
        self._watchdog: Alarm | None = None

    @property
    def has_sent(self) -> bool:
        """Whether any byte of the last request was sent to the server."""
        return self._network.has_sent

    def post(self, path: str, body: dict[str, Any], seconds: float) -> Response:
        """Send `body` as JSON, and return the response once its head has arrived.

        Each address of the server is given `seconds` to connect; all else ends with `end_in`. Raises
        openai.APIStatusError for a status other than 2xx, one of CONNECTION_FAULTS, and ValueError for an invalid URL.
        """
        self._network.has_sent = False
        target = find_target(self.address, path, self._tls)
        content = REQUEST_ENCODER.encode(body).encode()
        headers = [*target.headers, (b"Content-Length", b"%d" % len(content))]
        extensions = {"timeout": {"connect": seconds}}
        request = httpcore2.Request("POST", target.url, headers=headers, content=content, extensions=extensions)
        response = Response(self._open(target.url).handle_request(request), self._network.fairness)
        if not self.has_sent:  # the response was there before the request: another visitor's, perhaps
            self.close()
            raise httpcore2.RemoteProtocolError("an answer came before its question")
        if not 200 <= response.status < 300:
            with closing(response):
                raise _make_fault(response, str(self.address.base_url))
        return response

    def is_idle(self) -> bool:
        """Whether the connection can take the next request: not after a failed call, or one that was cut off."""
        return self._http is not None and self._http.is_idle()

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()

    def end_in(self, seconds: float) -> None:
        """Shut the socket down in `seconds` from now, even during a read or write."""
        self.release()
        self._watchdog = self._alarms.set(seconds, self.abort)

    def release(self) -> None:
        """Cancel `end_in` and `abort`, so that the next call finds the connection as if new."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._network.is_cut = False

    def abort(self) -> None:
        """End the call from another thread."""
        self._network.cut()

    def _open(self, url: httpcore2.URL) -> httpcore2.ConnectionInterface:
        """Return the HTTP connection, replaced where the last one failed or was closed on either side."""
        http = self._http
        if http is None or not http.is_idle() or http.has_expired():
            self.close()
            self._http = http = connect(url, self._tls, self._network)
        return http


def _make_fault(response: Response, url: str) -> openai.APIStatusError:
    """Return the SDK's exception for an error response, with the code and type of a body in OpenAI's shape."""
    said = None
    with suppress(*CONNECTION_FAULTS, ValueError, RecursionError):
        said = json.loads(response.read())
    request = httpx2.Request("POST", url)
    shown = httpx2.Response(response.status, headers=response.headers, request=request)
    return openai.APIStatusError("", response=shown, body=said.get("error", said) if isinstance(said, dict) else said)


class Connections:
    """The connections of one process, lent to one call at a time; safe to use from many threads at once.

    httpcore's pool costs each call time that grows with the calls in flight; a list of idle connections does not.
    """

    def __init__(self) -> None:
        self._tls = httpx2.create_ssl_context()
        self._alarms = Alarms()
        self._idle = IdleConnections[Connection](self._alarms)
        # The SDK's first use runs a program to name this machine: now, and not in hundreds of first calls at once.
        find_target(Address("http://unused", "none"), "", self._tls)

    @contextmanager
    def take(self, address: Address, deadline: Deadline) -> Iterator[Connection]:
        """Lend an idle connection, or a new one, whose socket is shut down at the deadline."""
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
        """Close the idle connections."""
        self._idle.close()
