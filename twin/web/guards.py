"""What guards every request: host, proxies, origins, body limits and deadlines, request ids, headers, problems."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Iterable, Sequence
from functools import partial
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

from flask import Flask, Request, Response, current_app, g, jsonify, request
from flask_cors import CORS
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadHost as UnroutableHost
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import get_content_length, host_is_trusted
from werkzeug.utils import cached_property  # functools' own locks all requests out while one is read

from ..errors import BadHost, BadJson, BadRequest, MethodNotAllowed, NotFound, TooLarge, TwinError, UnsupportedMediaType
from ..settings import Settings
from ..system.alarms import Alarms
from ..system.sockets import shut_down
from ..telemetry import logs
from .hosts import is_allowed_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FAULTS = (BadHost, TwinError)  # that any request can meet
MAX_BODY_BYTES = 256 * 1024
BODY_SECONDS = 20
SANE_REQUEST_ID = re.compile(r"[\w.:/+=@-]{1,128}", re.ASCII)
PROBLEMS_BY_STATUS: dict[int | None, type[TwinError]] = {
    400: BadRequest,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
}

HEADERS = {  # of every answer that does not set its own
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
LISTS = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
MAX_LIST_CHARACTERS = 1_000  # browsers send about 150; each entry costs some 10 µs
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # that may be logged; others may be words
PREFLIGHT_SECONDS = 7_200  # for which a browser may know what a page may ask; Chromium takes no longer time
HSTS = "max-age=31536000"  # a year (RFC 6797)

logger = logging.getLogger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Guard every request of `app`, and let pages of `CORS_ORIGINS` call it."""
    origins, proxies = settings.cors_origins, settings.trusted_proxies
    app.request_class = GuardedRequest
    app.extensions["alarms"] = Alarms()
    app.extensions["contact"] = settings.contact
    behind_proxies = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)
    app.wsgi_app = partial(tame_headers, behind_proxies)  # type: ignore[method-assign]
    app.before_request(take_request_id)
    app.before_request(partial(require_host, settings.allowed_hosts))
    if not proxies:
        app.before_request(ProxyNotice())
    app.after_request(add_headers)
    app.after_request(log_when_sent)
    app.register_error_handler(TwinError, render_problem)
    app.register_error_handler(HTTPException, render_http_exception)
    app.register_error_handler(Exception, render_unexpected)
    anyone = "*" in origins
    CORS(
        app,
        # Compiled, because the library takes a string with brackets (an IPv6 host) for an unanchored pattern.
        origins="*" if anyone else [re.compile(re.escape(origin) + r"\Z", re.IGNORECASE) for origin in origins],
        supports_credentials=not anyone,
        send_wildcard=anyone,
        max_age=PREFLIGHT_SECONDS,
        expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
    )


def tame_headers(app: WSGIApplication, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Call `app` without headers that would keep a parser busy, or make it lose what follows."""
    for name in LISTS:
        if len(environ.get(name, "")) > MAX_LIST_CHARACTERS:
            del environ[name]
    if forwarded := environ.get("HTTP_X_FORWARDED_FOR"):
        environ["HTTP_X_FORWARDED_FOR"] = forwarded.replace('"', "")  # a quote that nobody closes swallows the rest
    return app(environ, start)


class GuardedRequest(Request):
    """A request whose body is read whole, in time and within its limit, or not at all."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """Read the body on first use; raises TooLarge, or BadJson where it is cut short."""
        return BytesIO(read_body(self.environ, current_app.extensions["alarms"]))


def read_body(environ: dict[str, Any], alarms: Alarms) -> bytes:
    """Return the body, declared or chunked; at most MAX_BODY_BYTES within BODY_SECONDS.

    A body that is late has its connection shut for reading, so that it ends short.
    """
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    if coding is not None and coding.strip().lower() != "chunked":
        raise UnsupportedMediaType
    if coding is not None and "CONTENT_LENGTH" in environ:
        raise BadRequest  # two framings of one body (RFC 9112, section 6.3)
    declared = get_content_length(environ.get("CONTENT_LENGTH"), coding)
    if declared is None and coding is None:
        return b""
    if declared is not None and declared > MAX_BODY_BYTES:
        raise TooLarge
    wanted = MAX_BODY_BYTES + 1 if declared is None else declared
    alarm = alarms.set(BODY_SECONDS, partial(_end_reading, find_connection(environ)))
    try:
        body: bytes = environ["wsgi.input"].read(wanted)
    except (OSError, ValueError, ParseException) as error:  # what the two servers raise for a broken chunk
        raise BadJson from error
    finally:
        alarm.cancel()
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge
    if declared is not None and len(body) < declared:
        raise BadJson
    return body


def find_connection(environ: dict[str, Any]) -> socket.socket | None:
    """Return the visitor's connection, which gunicorn and Flask's development server leave in `environ`."""
    connection: socket.socket | None = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    return connection


def _end_reading(connection: socket.socket | None) -> None:
    if connection is not None:
        shut_down(connection, socket.SHUT_RD)


def take_request_id() -> None:
    """Keep the client's X-Request-ID where it is sane, or make one."""
    g.started = time.monotonic()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if SANE_REQUEST_ID.fullmatch(given) else str(uuid4())


def require_host(allowed: Sequence[str]) -> None:
    """Refuse a request without a Host, or with one that is none (RFC 9112, section 3.2) or not allowed."""
    host = request.headers.get("Host")
    if not host_is_trusted(host) or not is_allowed_host(str(host), allowed):
        raise BadHost


class ProxyNotice:
    """Tells the owner, once in a process, that a proxy may be there of which no setting knows."""

    def __init__(self) -> None:
        self._is_given = False

    def __call__(self) -> None:
        """Look at a request."""
        if "X-Forwarded-For" in request.headers and not self._is_given:
            self._is_given = True
            logger.warning(
                "TRUSTED_PROXIES is 0, but X-Forwarded-For arrives: if a proxy sends it, set how many there are, "
                "or all visitors behind it count as one."
            )


def add_headers(response: Response) -> Response:
    """Send the request's id back, and what browsers need to know to be safe."""
    response.headers["X-Request-ID"] = g.request_id
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    return response


def log_when_sent(response: Response) -> Response:
    """Have the request logged when the last of its answer is sent, or its visitor has left."""
    method = request.method if request.method in METHODS else "-"
    route = f"{method} {request.url_rule.rule if request.url_rule else '-'}"
    started, request_id, address, chat = g.started, g.request_id, find_address(), g.get("chat")

    def log() -> None:
        ms = round(1_000 * (time.monotonic() - started))
        status = response.status_code
        logs.log_request(route=route, status=status, ms=ms, request_id=request_id, address=address, chat=chat)

    response.direct_passthrough = False  # the servers would send a file by themselves, and tell nobody of its end
    response.call_on_close(log)
    return response


def find_address() -> str:
    """Return the visitor's address, as far as `TRUSTED_PROXIES` lets X-Forwarded-For say it; may be no address."""
    return request.remote_addr or ""


def render_problem(error: TwinError) -> Response:
    """Answer with the problem that `error` is."""
    response = jsonify(error.as_problem(g.request_id, current_app.extensions["contact"]))
    response.status_code = error.status
    response.mimetype = "application/problem+json"
    response.headers.update(error.headers)
    return response


def render_http_exception(error: HTTPException) -> Response:
    """Answer with a problem where Flask itself refuses a request, keeping headers such as Allow."""
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    problem = BadHost if isinstance(error, UnroutableHost) else PROBLEMS_BY_STATUS.get(error.code, TwinError)
    return render_problem(problem(headers=kept))


def render_unexpected(error: Exception) -> Response:
    """Log what nobody foresaw, and answer 500 without a word of it."""
    logger.exception("Request %s failed unexpectedly.", g.request_id, exc_info=error)
    return render_problem(TwinError())
