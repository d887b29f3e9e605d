"""The other side of a request: its address and its connection."""

from __future__ import annotations

import socket
from typing import Any

from flask import request


def find_address() -> str:
    """Return the visitor's address, from X-Forwarded-For as far as `TRUSTED_PROXIES` allows; may be no address."""
    return request.remote_addr or ""


def find_connection(environ: dict[str, Any]) -> socket.socket | None:
    """Return the visitor's connection, which gunicorn and Flask's development server leave in `environ`."""
    connection: socket.socket | None = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    return connection
