"""Connections to a provider, each for one call at a time, which another thread can end."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2
import openai

from ..system.address import Address
from ..system.alarms import Alarm, Alarms
from .bodies import Body
from .client import make_client
from .deadline import Deadline
from .idle import IdleConnections
from .transport import Network, connect, mapped_faults

# Of responses; cookies would join one chat to another, and a body is unpacked and known by its first bytes.
HEADERS_READ = (b"retry-after", b"x-ms-retry-after", b"x-ratelimit-")
FAULTS = (
    openai.OpenAIError,
    httpx2.RequestError,
    httpx2.InvalidURL,
)  # raised by `post`, the second also while its response is read


class Connection(httpx2.BaseTransport):
    """One connection to a server, whose call another thread can end."""

    def __init__(self, address: Address, tls: ssl.SSLContext, alarms: Alarms) -> None:
        self.address = address
        self._tls = tls
        self._alarms = alarms
        self._network = Network()
        self._client: openai.OpenAI | None = None
        self._http: httpcore2.ConnectionInterface | None = None
        self._watchdog: Alarm | None = None

    @property
    def has_sent(self) -> bool:
        """Whether any byte of the last request was sent to the server."""
        return self._network.has_sent

    def post(self, path: str, body: dict[str, Any], seconds: float) -> httpx2.Response:
        """Send `body` as JSON, and return the response, unread, once its head has arrived; the caller closes it.

        Each address of the server is given `seconds` to connect; all else ends with `end_in`. Raises
        openai.APIStatusError for a status other than 2xx, or another one of FAULTS.
        """
        self._network.has_sent = False
        if self._client is None:
            self._client = make_client(self.address, self)
        is_stream = True  # else the SDK would read the body
        timeout = httpx2.Timeout(None, connect=seconds)
        url = str(self._client.base_url).rstrip("/") + path  # of which the SDK would make a copy, were it relative
        return self._client.post(
            url, body=body, cast_to=httpx2.Response, stream=is_stream, options={"timeout": timeout}
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request of the SDK's client."""
        url = request.url
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = httpcore2.Request(
            request.method, target, headers=request.headers.raw, content=request.content, extensions=request.extensions
        )
        with mapped_faults():
            response = self._open(target).handle_request(sent)
        if not self.has_sent:  # the response was there before the request: another visitor's, perhaps
            self.close()
            raise httpx2.RemoteProtocolError("an answer came before its question")
        body = Body(
            response.iter_stream(), response.close, self._network.fairness, is_error=not 200 <= response.status < 300
        )
        headers = [(name, value) for name, value in response.headers if name.lower().startswith(HEADERS_READ)]
        return httpx2.Response(response.status, headers=headers, stream=body)

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


class Connections:
    """The connections of one process, lent to one call at a time; safe to use from many threads at once.

    httpcore's pool costs each call time that grows with the calls in flight; a list of idle connections does not.
    """

    def __init__(self) -> None:
        self._tls = httpx2.create_ssl_context()
        self._alarms = Alarms()
        self._idle = IdleConnections[Connection](self._alarms)

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
