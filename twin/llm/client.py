"""The SDK's client for one connection: address, key and headers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import openai

from ..system.address import Address


class OpenAI(openai.OpenAI):
    """A client that tells a server nothing of the machine, where the SDK's names its system and Python."""

    def platform_headers(self) -> dict[str, str]:
        """Return none."""
        return {}


class HttpClient(httpx2.Client):
    """The client under the SDK's: it parses a URL once, and has nothing of its own to merge into a request.

    Both took a fifth of the CPU of a call.
    """

    def __init__(self, transport: httpx2.BaseTransport) -> None:
        super().__init__(transport=transport, trust_env=False)
        self._urls: dict[str, httpx2.URL] = {}

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        """Return the request that the SDK describes."""
        query = options["params"]
        target = f"{url}?{query}" if query else str(url)
        parsed = self._urls.get(target) or self._urls.setdefault(target, httpx2.URL(target))
        extensions = {"timeout": httpx2.Timeout(options["timeout"]).as_dict()}
        return httpx2.Request(
            method, parsed, headers=options["headers"], content=options["content"], extensions=extensions
        )


def make_client(address: Address, transport: httpx2.BaseTransport) -> openai.OpenAI:
    """Return a client that sends each request once, with the query of the base URL.

    A server whose query has an `api-version` is Azure, which takes the key as `api-key` (learn.microsoft.com, Azure
    OpenAI REST API reference). Raises httpx2.InvalidURL.
    """
    pattern = _make_pattern(address)
    http = HttpClient(transport)
    if "api-version" in pattern.default_query:
        http.event_hooks = {"request": [_name_key_as_azure]}
    return pattern.with_options(http_client=http)


@lru_cache(maxsize=16)
def _make_pattern(address: Address) -> openai.OpenAI:
    """Return the client that those of all connections to an address are copied from, in a third of the time."""
    url, _, query = address.base_url.partition("?")
    return OpenAI(
        base_url=url,
        api_key=address.api_key,
        max_retries=0,
        # A small compressed body could be a large one in memory.
        default_headers={"Accept-Encoding": "identity", **dict(address.headers)},
        default_query=dict(parse_qsl(query, keep_blank_values=True)),
        http_client=HttpClient(httpx2.BaseTransport()),
    )


def _name_key_as_azure(request: httpx2.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer" and "api-key" not in request.headers:
        request.headers["api-key"] = key
        del request.headers["Authorization"]
