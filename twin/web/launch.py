"""What comes before serving: a free port, and under `flask run` an early start and an end with the reloader."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from threading import Thread
from typing import Any

import click
from werkzeug.serving import BaseWSGIServer, is_running_from_reloader

from ..errors import StartError
from ..llm.embedded import NOTICE
from ..runtime import Twin

logger = logging.getLogger(__name__)


def is_development() -> bool:
    """Whether Flask's own command line runs the app."""
    return click.get_current_context(silent=True) is not None


def prepare(twin: Twin) -> None:
    """Under `flask run`, see that its port is free, and start the embedded model if it is to answer.

    Raises StartError where one of them is not to be had.
    """
    command = click.get_current_context(silent=True)
    if command is None or command.info_name != "run":
        return
    BaseWSGIServer.handle_error = _forget_error  # type: ignore[method-assign, assignment]
    if is_running_from_reloader():
        Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    else:
        require_free_port(command.params["host"], command.params["port"])
        require_model(twin)
        twin.keep_house()
    twin.read_up()


def require_model(twin: Twin) -> None:
    """Start the embedded model if it is to answer, and say what it is; raises StartError where it cannot be loaded."""
    if twin.settings.uses_embedded_model:
        twin.embedded.require()
        logger.warning(NOTICE)


def require_free_port(host: str, port: int) -> None:
    """Raise StartError where nothing can listen at an address; sockets of files are not looked at."""
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
    """Take the place of the server's own report, which prints a visitor's address and what they sent."""
    logger.warning("A request was refused (%s).", type(sys.exception()).__name__)


def _end_with(parent: int) -> None:
    # A reloader that is killed with -9 leaves the process that serves behind, and the port taken.
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
