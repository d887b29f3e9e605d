"""The socket under a connection to a provider."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from termios import FIONREAD
from typing import Any

import httpcore2
import httpx2

from ..system.fairness import Fairness
from ..system.sockets import duplicate, has_left, shut_down
from .proxies import find_proxy

KEEP_ALIVE_SECONDS = 30.0  # for which an idle connection is used again; providers close theirs after a minute or more
READ_BYTES = 16_384  # at once: a record of TLS, and few enough heads to parse while other chats wait
HTTPCORE_FAULTS = (
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)


@contextmanager
def mapped_faults() -> Iterator[None]:
    """Raise httpcore's exceptions as httpx's of the same name, which the SDK knows."""
    try:
        yield
    except HTTPCORE_FAULTS as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from error


class Network(httpcore2.SyncBackend):
    """The network under one connection, which another thread can cut."""

    def __init__(self) -> None:
        self.fairness = Fairness()
        self.is_cut = False
        self.has_sent = False  # any byte of the last request to the server, not to a proxy
        self.layers = 0  # of TLS around the requests
        self.stream: Stream | None = None

    def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore2.NetworkStream:
        """Open the socket; raises ConnectError where the network was cut meanwhile."""
        self.stream = Stream(self, super().connect_tcp(*arguments, **options))
        try:
            self.check()
        except httpcore2.ConnectError:
            self.stream.close()
            raise
        return self.stream

    def check(self) -> None:
        """Raise ConnectError where the network is cut."""
        if self.is_cut:
            raise httpcore2.ConnectError("nobody waits for the answer any more")

    def cut(self) -> None:
        """Shut the socket down, which ends a read at once; a connect ends with its own timeout."""
        self.is_cut = True
        if self.stream is not None:
            self.stream.shut_down()


class Stream(httpcore2.NetworkStream):
    """A socket that sends each request in one piece, and gives other greenlets turns while reading."""

    def __init__(self, network: Network, stream: httpcore2.NetworkStream) -> None:
        self._network = network
        self._stream = stream
        self._plain: socket.socket | None = None  # during a handshake, when the stream has no socket to shut down
        self._layers = 0  # of TLS
        self._unsent = b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Buffer the data until the next read, which sends the whole request."""
        self._unsent += buffer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Send the buffered request, and return received data, even if the server did not read all of the request."""
        if unsent := self._unsent:
            self._network.check()
            self._network.has_sent = self._layers == self._network.layers
            self._unsent = b""
            with suppress(httpcore2.WriteError):
                self._stream.write(unsent, timeout)
        return self._network.fairness.read(self._stream.read, min(max_bytes, READ_BYTES), timeout)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Continue in TLS."""
        with duplicate(self._stream.get_extra_info("socket")) as self._plain:
            self._network.check()
            try:
                self._stream = self._stream.start_tls(ssl_context, server_hostname, timeout)
            finally:
                self._plain = None
        self._layers += 1
        return self

    def shut_down(self) -> None:
        """Shut the socket down from another thread, which ends a read."""
        shut_down(self._plain or self._stream.get_extra_info("socket"), socket.SHUT_RDWR)

    def get_extra_info(self, info: str) -> Any:
        """Return the requested information; `is_readable` without gevent's costly poll."""
        if info == "is_readable":
            return self._layers > 1 or self._is_readable()  # TLS inside TLS cannot be inspected
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        """Close the socket, and drop unsent data."""
        self._unsent = b""
        self._stream.close()

    def _is_readable(self) -> bool:
        if not hasattr(socket, "TCP_INFO"):  # outside of Linux
            return bool(self._stream.get_extra_info("is_readable"))
        connection = self._stream.get_extra_info("socket")
        return has_left(connection) or any(ioctl(connection, FIONREAD, bytes(4)))


def connect(url: httpcore2.URL, tls: ssl.SSLContext, network: Network) -> httpcore2.ConnectionInterface:
    """Return a connection that opens with its first request; raises ProxyError for an invalid proxy."""
    proxy = find_proxy(url)
    network.layers = [url.scheme, proxy.url.scheme if proxy else b""].count(b"https")
    # The pool only chooses the kind of connection: direct, through a proxy, through a tunnel.
    pool = httpcore2.ConnectionPool(tls, proxy, keepalive_expiry=KEEP_ALIVE_SECONDS, network_backend=network)
    try:
        return pool.create_connection(url.origin)
    except ImportError as error:
        raise httpcore2.ProxyError("SOCKS needs the package socksio") from error
