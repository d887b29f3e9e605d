"""The service's side of a sidecar: a process beside the service, one of each name for all processes of the service.

The protocol between both sides is in sidecar_process.py.
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
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..errors import ModelMisconfigured, ModelTimeout
from . import paths
from .address import Address
from .environment import select_running

SIDECAR_POLL_SECONDS = 0.05
END_SECONDS = 5.0
FIRST_DELAY = 2.0  # seconds from a failed start to the next; doubled with each further failure
MAX_DELAY = 300.0
REASON_CHARACTERS = 300  # of a log's last line
LAST_BYTES = 4_096  # of a log, in which the last line is looked for

logger = logging.getLogger(__name__)


class Sidecar:
    """This process's handle on a sidecar that all processes of the service share."""

    def __init__(
        self,
        instance: Path,
        name: str,
        module: str,
        label: str,
        *,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Touch nothing yet: locks belong to the process that serves, not to one that only builds the app.

        `name` begins the names of its files; `label` names it to the owner. It runs `python -m module`, with the
        folder `instance`, the descriptor of its claim and `arguments`; `environment` is added to what any program
        needs.
        """
        self._instance = instance
        self._name = name
        self._module = module
        self._label = label
        self._arguments = tuple(arguments)
        self._environment = dict(environment or {})
        self._presence: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()
        self._failure = ""  # why it could not start, until it listens again
        self._delay = FIRST_DELAY  # seconds, after the next failure
        self._dormant_until = 0.0  # monotonic time of the next start after a failed one
        self._is_told = False  # whether the failure was raised with its advice

    def start(self) -> bool:
        """Start the server unless it runs, and return whether it is starting or running; does not block.

        A server that could not start is tried again after a delay that grows with each failure.
        """
        with self._guard:
            try:
                return self._start()
            except OSError as error:
                self._note_failure(str(error))
                return False

    def find(self) -> Address | None:
        """Return the server's address, or None while the server is starting; start it where necessary.

        Raises ModelMisconfigured where the server cannot start; of several such errors in a row only the first has
        advice, so that the log says it once.
        """
        is_alive = self.start()
        if is_alive and (address := self._read_address()):
            if self._failure:
                logger.info("%s runs again.", self._label)
                self._forget_failure()
            return address
        if self._failure:
            advice = "" if self._is_told else self.explain(self._failure)
            self._is_told = True
            detail = f"{self._label} cannot start; the owner of this twin has to check it."
            raise ModelMisconfigured(detail, advice=advice)
        return None

    def address(self, patience: float) -> Address:
        """Return the server's address within `patience` seconds; start the server where necessary.

        Raises ModelTimeout when the time is over, and ModelMisconfigured where the server cannot start.
        """
        give_up = time.monotonic() + patience
        while (address := self.find()) is None:
            if time.monotonic() > give_up:
                raise ModelTimeout(advice=f"{self._label} was not there in time.")
            time.sleep(SIDECAR_POLL_SECONDS)
        return address

    def explain(self, reason: str) -> str:
        """Return the owner's line: why the server cannot start, and the remedy."""
        return f"{self._label} cannot start ({reason}): {self._file('log')} may say more."

    def close(self) -> None:
        """Release the server, and wait for its end where this process started the server and is the last user."""
        with self._guard:
            if self._presence is not None:
                self._presence.close()
                self._presence = None
            if self._server is not None:
                with suppress(subprocess.TimeoutExpired):
                    self._server.wait(END_SECONDS)

    def is_starting(self) -> bool:
        """Whether the server runs, does not listen yet, and has not failed."""
        with suppress(OSError):  # where this process may not read the sidecar's files
            return not self._failure and self._is_running() and self._read_address() is None
        return False

    def has_loaded(self) -> bool:
        """Whether the server has announced that its library and weights are there."""
        with suppress(OSError):
            return self._file("server").stat().st_size > 0
        return False

    def _start(self) -> bool:
        if self._presence is None:
            self._instance.mkdir(exist_ok=True)
            self._presence = self._file("lock").open("a")
            fcntl.flock(self._presence, fcntl.LOCK_SH)
        if self._server is not None:
            self._server.poll()  # a killed server stays a zombie until its status is read
        with self._open_claim() as claim:
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            self._record_end()
            if time.monotonic() < self._dormant_until:
                return False
            claim.truncate(0)
            self._server = self._spawn(claim.fileno())
            return True

    def _record_end(self) -> None:
        """Record the end of the server that this process started, where there is one."""
        if self._server is None:
            return
        with suppress(subprocess.TimeoutExpired):  # its files are closed a moment before it has ended
            status = self._server.wait(END_SECONDS)
            if status and not self._read_address():
                self._note_failure(self._read_last_line() or f"it ended with status {status}")
            else:
                self._forget_failure()  # it did start
            self._server = None

    def _note_failure(self, reason: str) -> None:
        if time.monotonic() >= self._dormant_until:
            self._dormant_until = time.monotonic() + self._delay
            self._delay = min(2 * self._delay, MAX_DELAY)
        self._is_told = self._is_told and reason == self._failure
        self._failure = reason

    def _forget_failure(self) -> None:
        self._failure, self._delay, self._dormant_until, self._is_told = "", FIRST_DELAY, 0.0, False

    def _read_last_line(self) -> str:
        with self._file("log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_BYTES))
            lines = log.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:REASON_CHARACTERS] if lines else ""

    def _file(self, kind: str) -> Path:
        return self._instance / f"{self._name}.{kind}"

    def _spawn(self, claim: int) -> subprocess.Popen[bytes]:
        with self._file("log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self._module, str(self._instance), str(claim), *self._arguments],
                cwd=paths.ROOT,
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
