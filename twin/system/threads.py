"""Daemon threads, and a clear error where the system has no room for one more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Thread

from ..errors import Overloaded

THREAD_RETRY_AFTER = 2  # seconds that a visitor is told to wait

logger = logging.getLogger(__name__)


def start_thread(run: Callable[[], object]) -> Thread:
    """Start a daemon thread that calls `run`, and return the thread.

    Raises Overloaded, and logs an error, where the system has no room for a thread.
    """
    thread = Thread(target=run, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        logger.error("No thread can be started: raise the limits of processes and memory (ulimit -u, -v).")
        raise Overloaded(retry_after=THREAD_RETRY_AFTER) from error
    return thread
