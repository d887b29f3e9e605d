"""The guards of every request: its id, its host, its proxies, and headers that would keep a parser busy."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from flask import Flask, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from ..errors import BadHost, NotFound, TwinError
from ..settings import Settings
from .hosts import is_allowed_host
from .metrics_port import LOOPBACK_HOSTS, is_on_metrics_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_FAULTS = (BadHost, TwinError)  # of any request
SANE_REQUEST_ID = re.compile(r"[\w.:/+=@-]{1,128}", re.ASCII)
LIST_HEADERS = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
MAX_LIST_CHARACTERS = 1_000  # browsers send about 150; each entry costs some 10 µs

logger = logging.getLogger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Guard every request to `app`."""
    proxies = settings.trusted_proxies
    behind_proxies = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)
    app.wsgi_app = partial(tame_headers, behind_proxies)  # type: ignore[method-assign]
    app.before_request(take_request_id)
    app.before_request(partial(require_host, settings))
    if not proxies:
        app.before_request(ProxyNotice())


def tame_headers(app: WSGIApplication, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Call `app` without headers that would overload or mislead a parser."""
    for name in LIST_HEADERS:
        if len(environ.get(name, "")) > MAX_LIST_CHARACTERS:
            del environ[name]
    if forwarded := environ.get("HTTP_X_FORWARDED_FOR"):
        environ["HTTP_X_FORWARDED_FOR"] = forwarded.replace('"', "")  # an unclosed quote swallows the rest
    return app(environ, start)


def take_request_id() -> None:
    """Keep the client's X-Request-ID if sane, else make one."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if SANE_REQUEST_ID.fullmatch(given) else str(uuid4())


def require_host(settings: Settings) -> None:
    """Refuse a request whose Host is missing, malformed (RFC 9112, section 3.2) or not allowed.

    On METRICS_PORT it must be this machine's, since a page of another host may have it resolved to this machine; and
    there is nothing but the metrics, and for pages, which send their origin, nothing at all.
    """
    is_local = is_on_metrics_port(request.environ, settings)
    allowed = LOOPBACK_HOSTS if is_local else settings.allowed_hosts
    host = request.headers.get("Host")
    if not host_is_trusted(host) or not is_allowed_host(str(host), allowed):
        raise BadHost
    if is_local and (request.endpoint != "meta.show_metrics" or "Origin" in request.headers):
        raise NotFound


class ProxyNotice:
    """Warns the owner, once in a process, of a proxy that TRUSTED_PROXIES does not count."""

    def __init__(self) -> None:
        self._is_given = False

    def __call__(self) -> None:
        """Look for X-Forwarded-For in a request."""
        if "X-Forwarded-For" in request.headers and not self._is_given:
            self._is_given = True
            logger.warning(
                "TRUSTED_PROXIES is 0, but X-Forwarded-For arrives: if a proxy sends it, set how many there are, "
                "or all visitors behind it count as one."
            )
