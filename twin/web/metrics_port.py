"""METRICS_PORT: a port on loopback beside the public one, on which the metrics are there without a token."""

from __future__ import annotations

from typing import Any

from ..settings import Settings
from .visitor import find_connection

METRICS_HOST = "127.0.0.1"
LOOPBACK_HOSTS = (METRICS_HOST, "localhost")


def is_on_metrics_port(environ: dict[str, Any], settings: Settings) -> bool:
    """Return whether a request came to METRICS_PORT, by the address of its connection.

    WSGI's SERVER_PORT would not do: where gunicorn listens on a Unix socket, it is what the client sends as Host.
    """
    if settings.metrics_port is None or (connection := find_connection(environ)) is None:
        return False
    try:
        return bool(connection.getsockname() == (METRICS_HOST, settings.metrics_port))
    except OSError:  # the client is gone
        return False
