"""Processes beside the service: one of each kind, however many processes the service has.

Two files in instance/ keep one to one, whatever is killed. Every process of the service holds its .lock shared; the
sidecar waits to get it exclusively, which it does when the last of them is gone, and ends. Its .server file is held
exclusively by the sidecar itself, from before it is started until it ends, and holds its address.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from .config import ROOT
from .environment import select_running
from .errors import ModelFailed, ModelTimeout

POLL_SECONDS = 0.05
END_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Address:
    """Where the server listens, as an OpenAI-compatible base URL, and the key that it wants."""

    base_url: str
    api_key: str


class Sidecar:
    """This process's share in one of them."""

    def __init__(
        self,
        instance: Path,
        name: str,
        module: str,
        label: str,
        notice: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Touch nothing yet: locks belong to the process that serves, not to one that only builds the app.

        `name` is that of its files, `module` what it runs; `label` names it to the owner, who is told `notice` at its
        start.
        """
        self._instance = instance
        self._name = name
        self._module = module
        self._label = label
        self._notice = notice
        self._environment = dict(environment or {})  # beside what any program needs
        self._presence: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()

    def start(self) -> None:
        """See that the server is starting or running; do not wait for it."""
        with self._guard:
            if self._presence is None:
                self._instance.mkdir(exist_ok=True)
                self._presence = self._file("lock").open("a")
                fcntl.flock(self._presence, fcntl.LOCK_SH)
            if self._server is not None:
                self._server.poll()  # a server that was killed stays a zombie until it is asked for
            with self._open_claim() as claim:
                try:
                    fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                if self._notice:
                    logger.warning(self._notice)
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
                raise ModelFailed(advice=f"{self._label} did not start: {self._file('log')} says why.")
            if time.monotonic() > give_up:
                raise ModelTimeout(advice=f"{self._label} was not there in time.")
            time.sleep(POLL_SECONDS)
        return address

    def is_ready(self) -> bool:
        """Whether the server listens; where it is not running, start it."""
        self.start()
        return self._read_address() is not None

    def close(self) -> None:
        """Need it no more, and wait for its end where this process started it and no other one needs it."""
        with self._guard:
            if self._presence is not None:
                self._presence.close()
                self._presence = None
            if self._server is not None:
                with suppress(subprocess.TimeoutExpired):
                    self._server.wait(END_SECONDS)

    def is_starting(self) -> bool:
        """Whether it runs and does not listen yet."""
        with suppress(OSError):  # where its files are none of ours
            return self._is_running() and self._read_address() is None
        return False

    def _file(self, kind: str) -> Path:
        return self._instance / f"{self._name}.{kind}"

    def _spawn(self, claim: int) -> subprocess.Popen[bytes]:
        with self._file("log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self._module, str(self._instance), str(claim)],
                cwd=ROOT,
                env=select_running() | self._environment,
                pass_fds=[claim],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for the service, which may still answer
            )

    def _read_address(self) -> Address | None:
        with suppress(OSError, ValueError, TypeError):
            return Address(**json.loads(self._file("server").read_text()))
        return None

    def _open_claim(self) -> IO[str]:
        return open(self._file("server"), "a", opener=lambda path, flags: os.open(path, flags, 0o600))

    def _is_running(self) -> bool:
        with self._open_claim() as claim:
            try:
                fcntl.flock(claim, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False


def end_with_service(instance: Path, name: str) -> None:
    """End this process, which is a sidecar, when the last process of the service has ended."""
    presence = (instance / f"{name}.lock").open("a")
    threading.Thread(target=_end_when_alone, args=[presence], daemon=True).start()


def publish(claim: int, address: Address) -> None:
    """Say where this process, which is a sidecar, listens."""
    os.write(claim, json.dumps(asdict(address)).encode())


def _end_when_alone(presence: IO[str]) -> None:
    fcntl.flock(presence, fcntl.LOCK_EX)
    os._exit(0)
