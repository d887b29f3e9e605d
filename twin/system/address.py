"""The address of a model's server. This module imports only Python's own, as sidecar_process.py does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """The base URL of an OpenAI-compatible server, the key for it, and further headers of each request."""

    base_url: str
    api_key: str
    headers: tuple[tuple[str, str], ...] = ()
