"""The SDK's client for one connection: address, key and headers."""

from __future__ import annotations

from urllib.parse import parse_qsl

import httpx2
import openai

from ..system.address import Address


class OpenAI(openai.OpenAI):
    """A client that tells a server nothing of the machine, where the SDK's names its system and Python."""

    def platform_headers(self) -> dict[str, str]:
        """Return none."""
        return {}


def make_client(address: Address, transport: httpx2.BaseTransport) -> openai.OpenAI:
    """Return a client that sends each request once, with the query of the base URL.

    A server whose query has an `api-version` is Azure, which takes the key as `api-key` (learn.microsoft.com, Azure
    OpenAI REST API reference). Raises ValueError for an invalid URL.
    """
    url, _, query = address.base_url.partition("?")
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    headers = {"Accept-Encoding": "identity"}  # a small compressed body could be a large one in memory
    http = httpx2.Client(transport=transport, trust_env=False)
    http.headers.clear()  # the SDK sets all
    if "api-version" in parameters:
        http.event_hooks = {"request": [_name_key_as_azure]}
    return OpenAI(
        base_url=url,
        api_key=address.api_key,
        max_retries=0,
        default_headers=headers | dict(address.headers),
        default_query=parameters,
        http_client=http,
    )


def _name_key_as_azure(request: httpx2.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer" and "api-key" not in request.headers:
        request.headers["api-key"] = key
        del request.headers["Authorization"]
