"""The tables, and the database that holds them."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Column, Connection, Date, Engine, MetaData, Table, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.schema import CreateTable

from .addresses import mask_password
from .errors import StartError, StoreUnavailable

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 3  # that the database itself gives a statement; twice that, and it counts as gone
LOCK_SECONDS = 0.005  # that SQLite waits for another process, and all of this one with it
LOCK_RETRY_SECONDS = 0.02  # that one statement then waits by itself
DOWN_SECONDS = 1.0  # that nobody asks a database which has just failed
CONNECTIONS = {"sqlite": 1, "postgresql": 10}  # of one process; to a file, more would only wait for each other
RETRY_SECONDS = 5  # that a visitor is told to wait for a database that does not answer

metadata = MetaData()

# What each UTC day has cost, with the worst case of the calls that are not settled.
budget_days = Table(
    "budget_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("nanodollars", BigInteger, nullable=False),
)

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class Database:
    """A SQLite file or a PostgreSQL, for many threads and processes at once; one that fails is left alone shortly."""

    def __init__(self, url: str) -> None:
        """Connect to nothing yet; raises StartError where the client is missing or a SQLite file cannot be made."""
        self._name = mask_password(url)
        self._engine = _open_engine(url)
        self._room = BoundedSemaphore(CONNECTIONS[self._engine.name])
        self._is_prepared = self._is_down = False
        self._next_try = 0.0

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Return what `work` does with a connection, whose statements are each a transaction of their own.

        Raises StoreUnavailable, whose advice holds no values, where the database fails.
        """
        with self._room:
            if time.monotonic() < self._next_try:
                raise self._explain("it failed a moment ago")
            try:
                result = self._run(work)
            except SQLAlchemyError as error:
                self._next_try = time.monotonic() + DOWN_SECONDS
                self._is_prepared = False  # who knows what comes back
                fault = self._explain(str(getattr(error, "orig", None) or error).partition("\n")[0])
                if not self._is_down:
                    logger.error("%s No model is asked until it answers.", fault)
                self._is_down = True
                raise fault from error
        self._is_down = False
        return result

    def close(self) -> None:
        """Close the connections that nobody is using."""
        self._engine.dispose()

    def _run(self, work: Callable[[Connection], Result]) -> Result:
        give_up = time.monotonic() + STATEMENT_SECONDS
        while True:
            try:
                with self._engine.connect() as connection:
                    if not self._is_prepared:
                        _make_tables(connection)
                        self._is_prepared = True
                    return work(connection)
            except DBAPIError as error:
                is_locked = getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")
                if not is_locked or time.monotonic() > give_up:
                    raise
                time.sleep(LOCK_RETRY_SECONDS)

    def _explain(self, reason: str) -> StoreUnavailable:
        return StoreUnavailable(retry_after=RETRY_SECONDS, advice=f"DATABASE_URL: {self._name}: {reason}.")


def _open_engine(url: str) -> Engine:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    options: dict[str, Any] = {"hide_parameters": True, "isolation_level": "AUTOCOMMIT"}
    options["pool_size"] = CONNECTIONS[backend]
    if backend == "sqlite":
        folder = Path(parsed.database or "").resolve().parent
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
        if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
            raise StartError(f"{folder} is not a folder that can be written to: mend that, or set DATABASE_URL.")
        engine = create_engine(parsed, connect_args={"timeout": LOCK_SECONDS}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    limits = {"connect_timeout": CONNECT_SECONDS, "options": f"-c statement_timeout={STATEMENT_SECONDS * 1_000}"}
    try:
        # A restart of the database leaves dead connections, which a ping finds.
        engine = create_engine(parsed, connect_args=limits, pool_pre_ping=True, **options)
    except ImportError:
        raise StartError(
            "DATABASE_URL: PostgreSQL's client is missing: pip install -r requirements/postgres.txt"
        ) from None
    event.listen(engine, "do_connect", _connect_to_postgres)
    return engine


def _make_tables(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        missing = CreateTable(table, if_not_exists=True)
        try:
            connection.execute(missing)
        except (IntegrityError, ProgrammingError):  # PostgreSQL, while another process does the same
            connection.execute(missing)


def _connect_to_postgres(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> object:
    from psycopg import Connection, OperationalError

    class ImpatientConnection(Connection[Any]):
        """A connection that is closed where a server which still holds it says nothing more."""

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, timeout or 2 * STATEMENT_SECONDS)
            except OperationalError:
                self.close()
                raise

    return ImpatientConnection.connect(*arguments, **options)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    with suppress(connection.OperationalError):  # while another process does the same
        connection.execute("PRAGMA journal_mode=WAL")
