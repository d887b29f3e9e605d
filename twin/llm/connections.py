"""Connections to the model: a free list, and a way to end a call from outside."""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

import httpx2
import openai

from ..alarms import Alarm, Alarms
from ..sidecar import Address

IDLE_SECONDS = 30.0  # a free connection is used again for this long; providers close theirs after a minute or more

READS_AT_ONCE = 8
PIECES_AT_ONCE = 100
TCP_ESTABLISHED = 1  # linux/tcp_states.h
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

    def __init__(self, address: Address, tls: ssl.SSLContext, alarms: Alarms) -> None:
        self.address = address
        self._alarms = alarms
        self.idle_since = 0.0
        self._stream: Any = None
        self._is_aborted = False
        self.has_sent = False  # anything of its last request
        self._watchdog: Alarm | None = None
        limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS)
        self._http = openai.DefaultHttpx2Client(verify=tls, follow_redirects=False, limits=limits)  # a hop is a call
        # The SDK knows what to send along; its own way to httpx2 would cost as much as all of the call.
        sdk = openai.OpenAI(api_key=address.api_key, base_url=address.base_url, http_client=self._http)
        headers = {name: value for name, value in sdk.default_headers.items() if isinstance(value, str)}
        headers |= sdk.auth_headers
        headers["Accept-Encoding"] = "identity"  # what is small on the wire may not fit the memory
        self._headers = httpx2.Headers(headers)
        self._url = str(sdk.base_url).rstrip("/")

    def post(self, path: str, body: dict[str, Any], seconds: float) -> httpx2.Response:
        """Return the answer to `body`; where that asks for a stream, once its head has come, to be read and closed.

        Raises openai.APIStatusError for a status other than 2xx, and httpx2.HTTPError; each read may take `seconds`.
        """
        self.has_sent = False
        extensions = {"timeout": httpx2.Timeout(seconds).as_dict(), "trace": self._follow}
        request = httpx2.Request("POST", self._url + path, headers=self._headers, json=body, extensions=extensions)
        response = self._http.send(request, stream=True)
        try:
            _distrust(response)
            if not response.is_success:
                raise openai.APIStatusError("", response=response, body=_read_fault(response))
            if not body.get("stream"):
                response.read()
        except BaseException:
            response.close()
            raise
        return response

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def _follow(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(".send_request_headers.started"):
            if self._is_aborted:
                raise httpx2.ConnectError("nobody waits for the answer any more")
            self.has_sent = True
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._stream = info["return_value"]
            self._stream.read = _read_fairly(self._stream.read)
            self._stream.get_extra_info = _look_cheaply(self._stream.get_extra_info)
            if self._is_aborted:
                self.abort()

    def end_in(self, seconds: float) -> None:
        """Shut the socket down when `seconds` have passed: the client's own timeouts bound each read, not a body."""
        self.release()
        self._watchdog = self._alarms.set(seconds, self.abort)

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


def _read_fairly(read: Callable[..., bytes]) -> Callable[..., bytes]:
    """Let others run now and then: gevent goes on reading what has come already."""
    reads = count()

    def read_fairly(max_bytes: int, timeout: float | None = None) -> bytes:
        if next(reads) % READS_AT_ONCE == READS_AT_ONCE - 1:
            time.sleep(0)
        return read(max_bytes, timeout)

    return read_fairly


def _look_cheaply(get_extra_info: Callable[[str], Any]) -> Callable[[str], Any]:
    """See without gevent's costly poll whether the other side has closed an idle connection."""

    def look(name: str) -> Any:
        if name == "is_readable" and hasattr(socket, "TCP_INFO"):  # which not every system has
            state = get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
            return state[0] != TCP_ESTABLISHED
        return get_extra_info(name)

    return look


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


def _read_fault(response: httpx2.Response) -> object:
    """Return what a provider says of an error, in the shape of OpenAI's where it has one."""
    try:
        said = json.loads(response.read())
    except (ValueError, RecursionError):
        return None
    return said.get("error", said) if isinstance(said, dict) else said


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
        self._alarms = Alarms()
        self._free: deque[Connection] = deque()  # the longest idle at the left
        self._sweeper: Alarm | None = None
        # The SDK first runs a program to name this machine; hundreds of first calls would each do so.
        Connection(Address("http://unused", "none"), self._tls, self._alarms).close()

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
            self._free.pop().close()

    def _find(self, address: Address) -> Connection:
        with suppress(IndexError):  # none is free
            while (connection := self._free.pop()).address != address:
                connection.close()
            return connection
        return Connection(address, self._tls, self._alarms)

    def _give_back(self, connection: Connection) -> None:
        connection.idle_since = time.monotonic()
        self._free.append(connection)
        if self._sweeper is None:
            self._sweep_later()

    def _sweep_later(self) -> None:
        self._sweeper = self._alarms.set(IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Close what nobody has used for long, and come back while there is more."""
        self._sweeper = None
        with suppress(IndexError):  # another thread took it already, or there is none
            while self._free[0].idle_since <= time.monotonic() - IDLE_SECONDS:
                self._free.popleft().close()
            self._sweep_later()
