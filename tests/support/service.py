"""The service as a user starts it: a copy of the project, a real server process, a real port."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from .contract import assert_promised
from .warm import WarmProcess, WarmPythons

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = ["wsgi.py", "gunicorn.conf.py", "me.txt", ".flaskenv"]
COMMANDS = {
    "flask run": ["flask", "run"],
    "flask run --debug": ["flask", "run", "--debug"],
    "gunicorn": ["gunicorn", "wsgi:app"],
}
PATIENCE = 60.0  # seconds until a test that waits for an event gives up


@cache
def _copy_code() -> Path:
    """Return a copy of the code, with its bytecode, to which all copies of the project have links."""
    code = Path(tempfile.mkdtemp(prefix="twin-code-")) / "twin"
    atexit.register(shutil.rmtree, code.parent, ignore_errors=True)
    # But not bytecode that is being written at this moment.
    return Path(shutil.copytree(ROOT / "twin", code, ignore=shutil.ignore_patterns("*.pyc.*")))


def copy_project(target: Path) -> Path:
    """Copy what the service runs from, without the settings of whoever runs the tests.

    What is in `twin/` are links to one copy, but `system/`, by whose place the code finds the project's folder.
    """
    (target / "twin").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(ROOT / name, target / name)
    for entry in _copy_code().iterdir():
        if entry.name == "system":
            shutil.copytree(entry, target / "twin" / entry.name)
        else:
            (target / "twin" / entry.name).symlink_to(entry)
    (target / "instance").mkdir()
    return target


def shorten_persona(root: Path) -> None:
    """Write a persona of a few words, which the embedded model reads in a tenth of the example's time."""
    (root / "instance" / "me.txt").write_text("You are Roger J. Campbell, a writer. Answer in one sentence.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_in(root: Path) -> list[int]:
    """The processes, zombies aside, whose working directory is `root`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == root:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def embedded_servers_in(root: Path) -> list[int]:
    """Those of `processes_in(root)` that are the embedded model."""
    found = []
    for pid in processes_in(root):
        try:
            if b"twin.llm.embedded_server" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
        except OSError:
            continue
    return found


def wait_until(what: Any, message: str = "the event did not come") -> None:
    """Wait for `what()` to be true, looking more rarely the longer it takes."""
    began = time.monotonic()
    while not what():
        waited = time.monotonic() - began
        assert waited < PATIENCE, message
        time.sleep(min(0.005 + waited / 10, 0.1))


class Service:
    """One running service; `url` is its root. With `pythons` it starts in one of these, which is faster.

    With a `certificate`, a PEM file that has its key too, it speaks TLS by itself.
    """

    def __init__(
        self,
        command: str,
        root: Path,
        settings: Mapping[str, str] | None = None,
        pythons: WarmPythons | None = None,
        certificate: Path | None = None,
    ) -> None:
        self.command = command
        self.root = root
        self.port = free_port()
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self._settings = dict(settings or {})
        if certificate:
            self._settings |= {"FLASK_RUN_CERT": str(certificate), "FLASK_RUN_KEY": str(certificate)}
            self._settings["GUNICORN_CMD_ARGS"] = f"--certfile {certificate} --keyfile {certificate}"
        self._is_secured = certificate is not None
        self._log = root / "service.log"
        self._pythons = pythons
        self.process: subprocess.Popen[bytes] | WarmProcess | None = None
        self.healed_after: int | None = None  # the model's surprises when it last answered a chat
        # No connection is kept: one that the server closes while idle would fail the next test now and then.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        self.http = httpx2.Client(
            base_url=self.url,
            transport=httpx2.HTTPTransport(verify=False, limits=limits),
            timeout=PATIENCE,
            event_hooks={"response": [assert_promised]},
        )

    def start(self, wait: bool = True) -> Service:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "PORT": str(self.port),
            "FLASK_RUN_PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **self._settings,
        }
        arguments = COMMANDS[self.command]
        with self._log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            if self._pythons is not None:
                streams = [nothing.fileno(), log.fileno(), log.fileno()]
                self.process = self._pythons.start(arguments, self.root, environment, *streams)
            else:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", *arguments],
                    cwd=self.root,
                    env=environment,
                    stdin=nothing,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        if wait:
            wait_until(self.is_up, f"{self.command} did not start")
        return self

    def assert_running(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, f"{self.command} ended:\n{self.log()}"

    def is_up(self) -> bool:
        self.assert_running()
        try:
            return self.http.get("/health", timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def chat(self, message: str = "Who are you?", timeout: float = PATIENCE, **fields: Any) -> httpx2.Response:
        return self.http.post("/chat", json={"message": message, **fields}, timeout=timeout)

    def connect(self) -> socket.socket:
        """Return a new connection, which speaks TLS if the service does."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        return ssl._create_unverified_context().wrap_socket(connection) if self._is_secured else connection

    def send(self, data: bytes, *, end: bool = False) -> bytes:
        """Send raw bytes, then no more if `end`, and return all that comes back until the server closes."""
        received = b""
        with self.connect() as connection:
            with suppress(OSError):  # a server may close as soon as it has seen enough
                connection.sendall(data)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionError):
                while piece := connection.recv(65536):
                    received += piece
        return received

    def stop(self) -> None:
        """End what was started, gently and then surely."""
        self.http.close()
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        wait_until(lambda: not processes_in(self.root), f"{self.command} left processes behind")

    def kill(self) -> None:
        """End at once what was started, where its end is not what is tested."""
        self.http.close()
        if self.process is None:
            return
        wait_until(lambda: not kill_all(self.root), f"{self.command} could not be killed")
        self.process.wait()


def kill_all(root: Path) -> list[int]:
    """Kill the processes in `root`, and return them."""
    found = processes_in(root)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return found


def stop_all(services: Iterable[Service]) -> None:
    """Stop services, all at once."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(Service.stop, services))
