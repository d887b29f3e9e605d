"""The tables, and the engine of the database that holds them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Engine, MetaData, Table, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from .errors import StartError

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 3  # that the database itself gives a statement; twice that, and it counts as gone
CONNECTIONS = 10  # of one process, to PostgreSQL

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


def open_engine(url: str) -> Engine:
    """Return an engine whose statements are each a transaction of their own; connects to nothing yet.

    Raises StartError where the database's client is missing or a SQLite file cannot be made.
    """
    parsed = make_url(url)
    options: dict[str, Any] = {"hide_parameters": True, "isolation_level": "AUTOCOMMIT"}
    if parsed.get_backend_name() == "sqlite":
        folder = Path(parsed.database or "").resolve().parent
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
        if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
            raise StartError(f"{folder} is not a folder that can be written to: mend that, or set DATABASE_URL.")
        engine = create_engine(parsed, connect_args={"timeout": STATEMENT_SECONDS}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    try:
        engine = create_engine(
            parsed,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": f"-c statement_timeout={STATEMENT_SECONDS * 1_000}",
            },
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=STATEMENT_SECONDS,
            pool_pre_ping=True,  # a restart of the database leaves dead connections
            **options,
        )
    except ImportError:
        raise StartError(
            "DATABASE_URL: PostgreSQL's client is missing: pip install -r requirements/postgres.txt"
        ) from None
    event.listen(engine, "do_connect", _connect_to_postgres)
    return engine


def make_table(engine: Engine, table: Table) -> None:
    """Make a table where it is missing; many processes may do so at once."""
    try:
        table.create(engine, checkfirst=True)
    except DBAPIError:  # another process was between our look and our making
        table.create(engine, checkfirst=True)


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
