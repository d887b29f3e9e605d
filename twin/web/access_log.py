"""One log line for each request, written when all of its response is sent."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask, Response, g, request

from ..telemetry import logs
from ..telemetry.logs import ChatReport
from .visitor import find_address

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # that may be logged; others may be words


def init_app(app: Flask) -> None:
    """Log every request to `app`."""
    app.before_request(start_clock)
    app.after_request(log_when_sent)


def start_clock() -> None:
    """Note when the request came."""
    g.started = time.monotonic()


def include_chat(report: Callable[[], ChatReport]) -> None:
    """Have the present request's line include a chat's report, which is made when the response has ended."""
    g.chat_report = report


def log_when_sent(response: Response) -> Response:
    """Have the request logged when the last of its response is sent, or its visitor has left."""
    method = request.method if request.method in METHODS else "-"
    route = f"{method} {request.url_rule.rule if request.url_rule else '-'}"
    started, request_id, address, report = g.started, g.request_id, find_address(), g.get("chat_report")

    def log() -> None:
        ms = round(1_000 * (time.monotonic() - started))
        chat = report() if report else None
        status = response.status_code
        logs.log_request(route=route, status=status, ms=ms, request_id=request_id, address=address, chat=chat)

    response.direct_passthrough = False  # the servers would send a file by themselves, and report no end of it
    response.call_on_close(log)
    return response
