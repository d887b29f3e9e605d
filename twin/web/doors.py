"""The doors for programs: who is let in, with a key of the owner's or, with DOORS=open, without."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import g, request
from werkzeug.exceptions import MethodNotAllowed

from ..errors import ForeignOrigin, NotFound, StoreUnavailable, Unauthorized
from ..rates import Caller
from ..settings.values import Doors
from . import visitor
from .current import current_runtime
from .hosts import is_allowed_host

DOOR_PATHS = ("/v1/", "/mcp")
DOOR_FAULTS = (Unauthorized, NotFound, StoreUnavailable)  # of any request to a door


def find_open() -> Doors | None:
    """Return how programs are let in, or None where they are not; with the database away, as nobody knows better."""
    runtime = current_runtime()
    try:
        return "open" if runtime.settings.doors == "open" else "keys" if runtime.keys.read() else None
    except StoreUnavailable:
        return None


def require_caller() -> None:
    """Note who calls, before a door's view; raises NotFound where no door is open, Unauthorized, StoreUnavailable."""
    if request.method != "OPTIONS":
        g.caller = _identify()
    elif find_open() is None:  # a preflight has no key
        raise NotFound


def hide_closed() -> None:
    """Raise NotFound where a method is wrong at a closed door, which would tell that one is there."""
    is_door = request.path.startswith(DOOR_PATHS)
    if is_door and isinstance(request.routing_exception, MethodNotAllowed) and find_open() is None:
        raise NotFound


def current_caller() -> Caller:
    """Return who calls, as `require_caller` found."""
    caller: Caller = g.caller
    return caller


def require_known_origin() -> None:
    """Raise ForeignOrigin where a page of a website calls that is in neither CORS_ORIGINS nor ALLOWED_HOSTS.

    So that no page reaches a twin on its visitor's own machine by a name that it had rebound (MCP, “Transports”).
    """
    settings, origin = current_runtime().settings, request.headers.get("Origin")
    if origin is None or "*" in settings.cors_origins or origin.lower() in map(str.lower, settings.cors_origins):
        return
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        raise ForeignOrigin from None
    if not (host and settings.allowed_hosts and is_allowed_host(host, settings.allowed_hosts)):
        raise ForeignOrigin


def _identify() -> Caller:
    """Return the caller whom the request's key stands for; with DOORS=open and no known key, the one at its address."""
    runtime = current_runtime()
    given = request.authorization.token if request.authorization and request.authorization.type == "bearer" else None
    key = runtime.keys.find(given) if given else None
    if key:
        return key.caller
    if runtime.settings.doors == "open":
        return Caller.at(visitor.find_address())
    raise Unauthorized if runtime.keys.read() else NotFound
