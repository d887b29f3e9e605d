"""Engines, which make and check the connections to a SQLite file or a PostgreSQL."""

from __future__ import annotations

import math
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from ..errors import StartError
from ..system.contention import BUSY_TIMEOUT_SECONDS

CONNECT_SECONDS = 5
IDLE_TRANSACTION_SECONDS = 10  # after which PostgreSQL drops the locks of a machine that died
UNUSED_SECONDS = 1.0  # after which a pooled connection to PostgreSQL is pinged before it is used again
# Connections of one process. To a file, a second would only wait for the first; in PostgreSQL more would wait for the
# day's budget, and that counts as the time of their statements.
CONNECTIONS = {"sqlite": 1, "postgresql": 4}


def open_engine(url: str, statement_seconds: int) -> Engine:
    """Return an engine whose statements each commit by themselves; connect to nothing yet.

    Raises StartError where PostgreSQL's client is missing or a SQLite file's folder cannot be written to.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    options: dict[str, Any] = {"hide_parameters": True, "isolation_level": "AUTOCOMMIT"}
    options["pool_size"] = CONNECTIONS[backend]
    if backend == "sqlite":
        return _open_sqlite(parsed, options)
    return _open_postgres(parsed, options, statement_seconds)


def _open_sqlite(url: URL, options: dict[str, Any]) -> Engine:
    file = Path(url.database or "")
    folder = file.resolve().parent
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise StartError(f"{folder} is not a folder that can be written to: mend that, or set DATABASE_URL.")
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, **options)
    event.listen(engine, "do_connect", lambda *_: _make_private(file))
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _make_private(file: Path) -> None:
    with suppress(OSError):  # SQLite reports the same fault when it opens the file
        file.touch(0o600)  # SQLite gives its other files the same mode


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")  # overwrite deleted content with zeros; not the default of all builds
    with suppress(connection.OperationalError):  # while another process does the same
        connection.execute("PRAGMA journal_mode=WAL")


def _open_postgres(url: URL, options: dict[str, Any], statement_seconds: int) -> Engine:
    options_of_server = f"-c statement_timeout={statement_seconds * 1_000} "
    options_of_server += f"-c idle_in_transaction_session_timeout={IDLE_TRANSACTION_SECONDS * 1_000}"
    limits = {"connect_timeout": CONNECT_SECONDS, "options": options_of_server}
    try:
        engine = create_engine(url, connect_args=limits, **options)
    except ImportError:
        raise StartError(
            "DATABASE_URL: PostgreSQL's client is missing: pip install -r requirements/service.lock"
        ) from None

    def connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> object:
        return _connect_to_postgres(arguments, options, patience=2 * statement_seconds)

    event.listen(engine, "do_connect", connect)
    _ping_unused(engine)
    return engine


def _connect_to_postgres(arguments: list[Any], options: dict[str, Any], patience: float) -> object:
    from psycopg import Connection, OperationalError

    class ImpatientConnection(Connection[Any]):
        """A connection that is closed where the server sends nothing for `patience` seconds."""

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, timeout or patience)
            except OperationalError:
                self.close()
                raise

    return ImpatientConnection.connect(*arguments, **options)


def _ping_unused(engine: Engine) -> None:
    """Have the pool ping a connection that was not used for UNUSED_SECONDS, and replace a dead one."""

    def ping(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() > record.info.get("fresh_until", math.inf):
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error

    def note_use(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["fresh_until"] = time.monotonic() + UNUSED_SECONDS

    event.listen(engine, "checkout", ping)
    event.listen(engine, "checkin", note_use)
