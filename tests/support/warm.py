"""A Python that has imported the libraries once, and forks for each command: importing is most of what a start costs.

What it runs is a process of its own, with its own folder, environment and end, as after `python -m …`; the libraries
and the twin were there before. Of the twin, `system/paths.py` is read again, in the copy of the project where it runs.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import platform
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from os import fork, waitpid  # by name, before gevent puts its own in their place: these would start a loop here
from pathlib import Path
from select import select as select_ready
from signal import signal as set_handler
from threading import Lock

# What the twin and Flask import only when they need it. Not gunicorn, which reads the environment while it is imported.
LIBRARIES = ["alembic.command", "alembic.config", "dotenv", "flask.cli", "numpy", "openai.resources.chat", "psycopg"]
LIBRARIES += ["rapidfuzz.fuzz", "rapidfuzz.process", "rapidfuzz.distance", "redis", "sqlalchemy.dialects.postgresql"]
LIBRARIES += ["sqlalchemy.dialects.sqlite", "werkzeug.debug", "werkzeug.serving"]
LEFT_OUT = ("twin.stores.migrations", "twin.web.worker")  # Alembic's own, which run when imported; and gunicorn's
ROOT = Path(__file__).parents[2]
MAX_ORDER_BYTES = 1_000_000
NAMES = {False: "plain", True: "gevent"}  # of the sockets on which they take orders


class WarmProcess:
    """A process that a WarmPython has started, to be used like a Popen."""

    def __init__(self, pid: int, ending: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ending = ending  # where the returncode will come from

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            watched = select.poll()  # select itself knows none of the files past the 1,024th
            watched.register(self._ending, select.POLLIN)
            if not watched.poll(None if timeout is None else timeout * 1_000):
                raise subprocess.TimeoutExpired("a warm process", timeout or 0)
            self.returncode = int(os.read(self._ending, 20))
            os.close(self._ending)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class WarmServer:
    """The Python; `patched` is the one that runs gunicorn, where gevent comes before all other libraries."""

    def __init__(self, folder: Path, *, patched: bool) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(folder / NAMES[patched]))
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__, str(listener.fileno()), NAMES[patched]],
                env={"PATH": os.environ["PATH"]},  # C's locale, as what it runs would have
                stdin=subprocess.PIPE,  # whose end is its end
                pass_fds=[listener.fileno()],
            )

    def close(self) -> None:
        self._process.communicate()


class WarmServers:
    """Both of them, which all workers of a run share."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="twin-warm-")
        self.folder = Path(self._folder.name)
        self._servers = [WarmServer(self.folder, patched=patched) for patched in (False, True)]

    def close(self) -> None:
        for server in self._servers:
            server.close()
        self._folder.cleanup()


class WarmPython:
    """A connection to one of them."""

    def __init__(self, folder: Path, *, patched: bool) -> None:
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.connect(str(folder / NAMES[patched]))

    def start(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: int, stdout: int, stderr: int
    ) -> WarmProcess:
        """Start `python -m` with arguments, or `python` where they begin with -c, in a session of its own."""
        ending, told = os.pipe()
        order = json.dumps([[*arguments], str(cwd), dict(env)]).encode()
        socket.send_fds(self._control, [order], [told, stdin, stdout, stderr])
        os.close(told)
        return WarmProcess(int(self._control.recv(20)), ending)

    def close(self) -> None:
        self._control.close()


class WarmPythons:
    """The connections to both; safe to use from many threads at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pythons: dict[bool, WarmPython] = {}
        self._lock = Lock()

    def start(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: int, stdout: int, stderr: int
    ) -> WarmProcess:
        patched = arguments[0] == "gunicorn"
        with self._lock:
            if patched not in self._pythons:
                self._pythons[patched] = WarmPython(self._folder, patched=patched)
            return self._pythons[patched].start(arguments, cwd, env, stdin, stdout, stderr)

    def run(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: bytes = b"", timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m` with arguments to its end."""
        with tempfile.TemporaryFile() as read, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            read.write(stdin)
            read.seek(0)
            process = self.start(arguments, cwd, env, read.fileno(), out.fileno(), err.fileno())
            try:
                returncode = process.wait(timeout)
            finally:
                process.kill()
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(arguments, returncode, out.read().decode(), err.read().decode())

    def close(self) -> None:
        for python in self._pythons.values():
            python.close()


class Forks:
    """The Python's own side: it forks for each order that comes, and says when and how a fork ends."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._clients: list[socket.socket] = []
        self._running: dict[int, int] = {}  # where to tell the end of each
        set_handler(signal.SIGCHLD, self._tell_who_has_ended)

    def _tell_who_has_ended(self, *_: object) -> None:
        for pid in list(self._running):
            ended, status = 0, 0
            with suppress(ChildProcessError):  # another signal came meanwhile, and told of this one
                ended, status = waitpid(pid, os.WNOHANG)
            if ended:
                told = self._running.pop(pid)
                os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
                os.close(told)

    def take_orders(self) -> list[str]:
        """Return only in a fork, made ready for its order: with the arguments that it is to run."""
        while True:
            client, order, descriptors = self._take_order()
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
            pid = fork()
            if not pid:
                return self._become(descriptors, *json.loads(order))
            self._running[pid] = descriptors[0]
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            client.send(str(pid).encode())
            for stream in descriptors[1:]:
                os.close(stream)

    def _take_order(self) -> tuple[socket.socket, bytes, list[int]]:
        while True:
            for ready in select_ready([sys.stdin, self._listener, *self._clients], [], [])[0]:
                if ready is sys.stdin:  # the tests have ended
                    raise SystemExit
                if ready is self._listener:
                    self._clients.append(self._listener.accept()[0])
                    continue
                order, descriptors, _, _ = socket.recv_fds(ready, MAX_ORDER_BYTES, 4, socket.MSG_CMSG_CLOEXEC)
                if order:
                    return ready, order, descriptors
                ready.close()
                self._clients.remove(ready)

    def _become(self, descriptors: list[int], arguments: list[str], cwd: str, env: dict[str, str]) -> list[str]:
        set_handler(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        os.setsid()
        for number, stream in enumerate(descriptors[1:]):
            os.dup2(stream, number)
        for connection in (self._listener, *self._clients):
            connection.close()
        for descriptor in (*descriptors, *self._running.values()):
            os.close(descriptor)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        sys.stdout.reconfigure(line_buffering="PYTHONUNBUFFERED" in env)
        sys.path[:0] = [cwd, *filter(None, env.get("PYTHONPATH", "").split(":"))]
        move_to(Path(cwd))
        return arguments


def import_libraries(*, patched: bool) -> None:
    gc.disable()
    platform.platform()  # asks another process, and keeps what it says; before gevent, whose loop would be left here
    if patched:
        from gevent import monkey

        monkey.patch_all()
    for library in LIBRARIES:
        import_module(library)
    sys.path.insert(0, str(ROOT))
    for module in pkgutil.walk_packages([str(ROOT / "twin")], "twin."):
        if not module.name.startswith(LEFT_OUT):
            import_module(module.name)
    sys.path.remove(str(ROOT))
    gc.collect()
    gc.freeze()  # a fork neither looks through it nor copies it
    gc.enable()


def move_to(project: Path) -> None:
    """Let the twin be the one in a folder, if there is one."""
    if (file := project / "twin" / "system" / "paths.py").exists():
        paths = sys.modules["twin.system.paths"]
        paths.__file__ = str(file)
        exec(file.read_bytes(), vars(paths))


if __name__ == "__main__":
    import_libraries(patched=sys.argv[2] == NAMES[True])
    sys.argv = Forks(socket.socket(fileno=int(sys.argv[1]))).take_orders()
    if sys.argv[0] == "-c":
        exec(sys.argv[1], {"__name__": "__main__"})
    else:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
