"""Threads of our own, and what follows where the system has no room for one more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Thread

from ..errors import Overloaded

RETRY_SECONDS = 2  # that a visitor is told to wait

logger = logging.getLogger(__name__)


def start_thread(run: Callable[[], object]) -> Thread:
    """Return a thread that runs `run` and does not keep the process from ending.

    Raises Overloaded where none can be started; the log then says so.
    """
    thread = Thread(target=run, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        logger.error("No thread can be started: raise the limits of processes and memory (ulimit -u, -v).")
        raise Overloaded(retry_after=RETRY_SECONDS) from error
    return thread
