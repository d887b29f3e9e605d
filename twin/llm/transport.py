"""HTTP to a provider: what each request takes along, through which proxy, and the socket under a connection."""

from __future__ import annotations

import os
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from fcntl import ioctl
from functools import lru_cache
from termios import FIONREAD
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2
import openai

from ..sidecar import Address

IDLE_SECONDS = 30.0  # a free connection is used again for this long; providers close theirs after a minute or more
READS_AT_ONCE = 8
TCP_ESTABLISHED = 1  # linux/tcp_states.h


@dataclass(frozen=True)
class Target:
    """Where requests go, and what goes along with each."""

    url: httpcore2.URL
    headers: list[tuple[bytes, bytes]]
    proxy: httpcore2.Proxy | None


@lru_cache(maxsize=16)
def find_target(address: Address, path: str, tls: ssl.SSLContext) -> Target:
    """Return where `path` of a server is, with the headers that the SDK sends; raises ValueError where that is none."""
    with httpx2.Client(verify=tls, trust_env=False) as http:
        sdk = openai.OpenAI(api_key=address.api_key, base_url=address.base_url, http_client=http)
        headers = {name: value for name, value in sdk.default_headers.items() if isinstance(value, str)}
        headers |= sdk.auth_headers
        headers["Accept-Encoding"] = "identity"  # what is small on the wire may not fit the memory
        request = http.build_request("POST", str(sdk.base_url).rstrip("/") + path, headers=headers)
    url = request.url
    if url.userinfo:
        request = next(httpx2.BasicAuth(url.username, url.password).sync_auth_flow(request))
    sent = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
    return Target(_translate(url), sent, _find_proxy(url))


class Network(httpcore2.SyncBackend):
    """The network as one connection uses it, which can be cut from outside."""

    def __init__(self) -> None:
        self.is_cut = False
        self.has_sent = False  # anything of its last request
        self._stream: _Stream | None = None

    def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore2.NetworkStream:
        """Open the socket."""
        self._stream = _Stream(self, super().connect_tcp(*arguments, **options))
        self.check()
        return self._stream

    def check(self) -> None:
        """Raise ConnectError where it is cut."""
        if self.is_cut:
            raise httpcore2.ConnectError("nobody waits for the answer any more")

    def cut(self) -> None:
        """Shut the socket down under a call that waits on it, whose read ends at once, or that still connects."""
        self.is_cut = True
        with suppress(OSError, AttributeError):
            descriptor = os.dup(self._stream.get_extra_info("socket").fileno())  # type: ignore[union-attr]
            with socket.socket(fileno=descriptor) as same:
                same.shutdown(socket.SHUT_RDWR)


class _Stream(httpcore2.NetworkStream):
    """A socket that sends a request in one piece, and lets others run while it reads."""

    def __init__(self, network: Network, stream: httpcore2.NetworkStream) -> None:
        self._network = network
        self._stream = stream
        self._unsent = b""
        self._reads = 0

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send it with the rest, when there is an answer to be read."""
        self._unsent += buffer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come; whoever has sent a fault before they read all of the request is heard."""
        if unsent := self._unsent:
            self._network.check()
            self._network.has_sent = True
            self._unsent = b""
            with suppress(httpcore2.WriteError):
                self._stream.write(unsent, timeout)
        self._reads += 1
        if self._reads % READS_AT_ONCE == 0:
            time.sleep(0)  # gevent goes on reading what has come already
        return self._stream.read(max_bytes, timeout)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Go on in TLS."""
        self._stream = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return self

    def get_extra_info(self, info: str) -> Any:
        """Return what is asked; whether the other side has closed it or sent anything, without gevent's costly poll."""
        if info == "is_readable" and hasattr(socket, "TCP_INFO"):  # which not every system has
            connection = self._stream.get_extra_info("socket")
            state = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
            return state[0] != TCP_ESTABLISHED or any(ioctl(connection, FIONREAD, bytes(4)))
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        """Close it."""
        self._unsent = b""
        self._stream.close()


def connect(target: Target, tls: ssl.SSLContext, network: Network) -> httpcore2.ConnectionInterface:
    """Return a connection that opens with its first request."""
    pool = httpcore2.ConnectionPool(tls, target.proxy, keepalive_expiry=IDLE_SECONDS, network_backend=network)
    return pool.create_connection(target.url.origin)


def _find_proxy(url: httpx2.URL) -> httpcore2.Proxy | None:
    """Return the proxy that the environment names for a URL (HTTPS_PROXY, ALL_PROXY, NO_PROXY)."""
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found or proxy_bypass(url.netloc.decode()):
        return None
    proxy = httpx2.Proxy(found if "://" in found else f"http://{found}")
    return httpcore2.Proxy(_translate(proxy.url), proxy.raw_auth, proxy.headers.raw)


def _translate(url: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
