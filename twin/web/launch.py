"""The checks before serving, and under `flask run` an early start and an end with the reloader."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from functools import partial
from typing import Any

import click
from flask import Flask
from flask.helpers import get_debug_flag
from werkzeug.serving import BaseWSGIServer, is_running_from_reloader, make_server

from ..errors import StartError
from ..llm.embedded import NOTICE
from ..runtime import Runtime
from ..system.threads import start_thread
from .metrics_port import METRICS_HOST

logger = logging.getLogger(__name__)


def is_run_by_flask() -> bool:
    """Whether Flask's own command line runs the app."""
    return click.get_current_context(silent=True) is not None


def prepare(app: Flask, runtime: Runtime) -> None:
    """Under `flask run`, check that ports are free, serve METRICS_PORT, and start the embedded model if none is set.

    Raises StartError where one of these fails.
    """
    command = click.get_current_context(silent=True)
    if command is None or command.info_name != "run":
        return
    BaseWSGIServer.handle_error = _forget_error  # type: ignore[method-assign, assignment]
    if is_running_from_reloader():
        start_thread(partial(_end_with, os.getppid()))
    else:
        require_free_port(command.params["host"], command.params["port"])
        require_model(runtime)
        runtime.start_housekeeping()
    runtime.connect()
    if is_running_from_reloader() or not _is_reloaded(command):
        serve_metrics(app, runtime.settings.metrics_port)
    runtime.load_documents()


def serve_metrics(app: Flask, port: int | None) -> None:
    """Serve METRICS_PORT in a thread, as gunicorn does beside PORT; raises StartError where it is taken."""
    if port is not None:
        require_free_port(METRICS_HOST, port, "METRICS_PORT")
        start_thread(make_server(METRICS_HOST, port, app, threaded=True).serve_forever)


def require_model(runtime: Runtime) -> None:
    """Start the embedded model if no other model is set, and log a notice; raises StartError where loading fails."""
    if runtime.settings.uses_embedded_model:
        runtime.embedded.require()
        logger.warning(NOTICE)


def require_free_port(host: str, port: int, setting: str = "PORT") -> None:
    """Raise StartError, which names the setting, where nothing can listen at an address; but for Unix sockets."""
    if host.startswith("unix:"):
        return
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except (OSError, OverflowError) as error:
        reason = str(getattr(error, "strerror", error)).partition(" (")[0]
        raise StartError(
            f"{setting}: port {port} of {host} cannot be listened on ({reason}): "
            f"end what does so, or choose another{', as in `make run PORT=9000`' if setting == 'PORT' else ''}."
        ) from None


def _is_reloaded(command: click.Context) -> bool:
    """Return whether `flask run` watches the code, and serves in a process of its own."""
    chosen: bool | None = command.params["reload"]
    return get_debug_flag() if chosen is None else chosen


def _forget_error(server: BaseWSGIServer, request: Any, client_address: Any) -> None:
    """Replace the server's own report, which prints a visitor's address and words."""
    logger.warning("A request was refused (%s).", type(sys.exception()).__name__)


def _end_with(parent: int) -> None:
    # A reloader that is killed with -9 would leave the serving process behind, and the port taken.
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
