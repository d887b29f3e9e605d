"""The runtime of the app that serves the present request."""

from __future__ import annotations

from flask import current_app

from ..runtime import Runtime


def current_runtime() -> Runtime:
    """Return the runtime behind the present request."""
    runtime: Runtime = current_app.extensions["twin"]
    return runtime
