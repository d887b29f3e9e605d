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
from werkzeug.serving import BaseWSGIServer, is_running_from_reloader

from ..errors import StartError
from ..llm.embedded import NOTICE
from ..runtime import Runtime
from ..system.threads import start_thread

logger = logging.getLogger(__name__)


def is_run_by_flask() -> bool:
    """Whether Flask's own command line runs the app."""
    return click.get_current_context(silent=True) is not None


def prepare(runtime: Runtime) -> None:
    """Under `flask run`, check that the port is free, and start the embedded model if no other model is set.

    Raises StartError where one of the two fails.
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
    runtime.load_documents()


def require_model(runtime: Runtime) -> None:
    """Start the embedded model if no other model is set, and log a notice; raises StartError where loading fails."""
    if runtime.settings.uses_embedded_model:
        runtime.embedded.require()
        logger.warning(NOTICE)


def require_free_port(host: str, port: int) -> None:
    """Raise StartError where nothing can listen at an address; Unix sockets are not checked."""
    if host.startswith("unix:"):
        return
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except (OSError, OverflowError) as error:
        reason = str(getattr(error, "strerror", error)).partition(" (")[0]
        raise StartError(
            f"PORT: port {port} of {host} cannot be listened on ({reason}): "
            "end what does so, or choose another, as in `make run PORT=9000`."
        ) from None


def _forget_error(server: BaseWSGIServer, request: Any, client_address: Any) -> None:
    """Replace the server's own report, which prints a visitor's address and words."""
    logger.warning("A request was refused (%s).", type(sys.exception()).__name__)


def _end_with(parent: int) -> None:
    # A reloader that is killed with -9 would leave the serving process behind, and the port taken.
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
