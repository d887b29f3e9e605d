"""The services that are measured, each started as its users would, all on the same core."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.support.service import ROOT, free_port

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PATIENCE = 120.0  # seconds until a service has to answer
CORE, *OTHERS = map(str, sorted(os.sched_getaffinity(0)))  # the services', and those of all else
# Nobody in particular asks, and that is what limits are for.
OURS = {"RATE_LIMITS": "off", "DAILY_TOKENS": "0"}


class Contestant:
    """One running service."""

    def __init__(
        self, name: str, command: list[str], root: Path, settings: Mapping[str, str], core: str = CORE
    ) -> None:
        self.name = name
        self.port = free_port()
        self._root = root
        self.command = ["taskset", "-c", core, sys.executable, "-m", *command]
        self._settings = dict(settings)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait for nothing."""
        names = ("PATH", "HOME", "LANG")
        environment = {name: os.environ[name] for name in names if name in os.environ} | self._settings
        environment |= {"PORT": str(self.port), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        arguments = [argument.replace("{port}", str(self.port)) for argument in self.command]
        with (self._root / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                arguments, cwd=self._root, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def wait(self, path: str) -> None:
        """Wait until `path` is answered with 200."""
        give_up = time.monotonic() + PATIENCE
        while not self._answers(path):
            if time.monotonic() > give_up or self._process is None or self._process.poll() is not None:
                raise SystemExit(f"{self.name} does not start: {(self._root / f'{self.name}.log').read_text()[-2000:]}")
            time.sleep(0.005)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def cpu(self) -> float:
        """The seconds of processor that its processes have used."""
        return sum(int(ticks) for fields in self._processes().values() for ticks in fields[11:13]) / TICK

    @property
    def resident(self) -> float:
        """The MB of memory that its processes have, what they share counted in each."""
        return sum(int(fields[21]) for fields in self._processes().values()) * PAGE / 1e6

    @property
    def proportional(self) -> float:
        """The same, what they share counted once (PSS)."""
        total = 0
        for pid in self._processes():
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total * 1024 / 1e6

    def _answers(self, path: str) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as probe:
                probe.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in probe.recv(100)
        except OSError:
            return False

    def _processes(self) -> dict[str, list[str]]:
        """Return the fields of /proc/PID/stat after the name (man proc_pid_stat), of each process in its session."""
        assert self._process is not None
        found = {}
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit():
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[3]) == self._process.pid:
                        found[entry.name] = fields
        return found
