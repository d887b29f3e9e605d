"""What `flask run` needs and gunicorn has of its own: an early start, and an end with the reloader."""

from __future__ import annotations

import os
import signal
import time
from threading import Thread

import click
from werkzeug.serving import is_running_from_reloader

from .turn import Twin


def prepare(twin: Twin) -> None:
    """Under `flask run`, start the embedded model if it is to answer; elsewhere, do nothing."""
    command = click.get_current_context(silent=True)
    if command is None or command.info_name != "run":
        return
    if is_running_from_reloader():
        Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    if twin.settings.uses_embedded_model:
        twin.embedded.start()


def _end_with(parent: int) -> None:
    # A reloader that is killed with -9 leaves the process that serves behind, and the port taken.
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
