"""The SDK's client for one connection: address, key and headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl

import httpx2
import openai

from ..system.address import Address


class _Anonymous:
    """Tells a server nothing of the machine, where the SDK would name its system, architecture and Python."""

    def platform_headers(self) -> dict[str, str]:
        return {}


class _OpenAI(_Anonymous, openai.OpenAI):
    pass


class _AzureOpenAI(_Anonymous, openai.AzureOpenAI):
    pass


def make_client(address: Address, transport: httpx2.BaseTransport) -> openai.OpenAI:
    """Return a client that sends each request once; Azure's, where the address has an `api-version`.

    Azure's classic API takes the key as `api-key`, and the model's name in the path (learn.microsoft.com, Azure OpenAI
    REST API reference). Raises ValueError for an invalid URL.
    """
    url, _, query = address.base_url.partition("?")
    parameters: dict[str, str] = dict(parse_qsl(query))
    # A compressed body could be a thousand times as large in memory.
    headers = {"Accept-Encoding": "identity", **dict(address.headers)}
    http = httpx2.Client(transport=transport, trust_env=False)
    http.headers.clear()  # the SDK sets all
    version = parameters.pop("api-version", None)
    make: Callable[..., openai.OpenAI] = partial(_AzureOpenAI, api_version=version) if version else _OpenAI
    return make(
        base_url=url,
        api_key=address.api_key,
        max_retries=0,
        default_headers=headers,
        default_query=parameters,
        http_client=http,
    )
