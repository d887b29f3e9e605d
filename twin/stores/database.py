"""The database that holds the tables: connections, transactions, and the tables' own version."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Double,
    Engine,
    MetaData,
    String,
    Table,
    bindparam,
    cast,
    create_engine,
    event,
    extract,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from ..errors import StartError, StoreUnavailable
from ..settings.addresses import mask_password
from ..settings.settings import Settings
from ..system.files import ROOT
from ..system.sqlite_lock import LOCK_SECONDS, is_locked, retry_while
from .tables import REVISION, metadata

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 3  # that the database itself gives a statement; twice that, and it counts as gone
IDLE_SECONDS = 10  # after which it lets go of what a machine that died had locked
PATIENT_SECONDS = 3_600  # the same for an owner who waits
UNUSED_SECONDS = 1.0  # after which a connection to PostgreSQL is asked whether it is still one
DOWN_SECONDS = 1.0  # that nobody asks a database which has just failed
# Of one process. To a file, more would only wait for each other; in PostgreSQL they would wait for the day's budget,
# and that counts as the time of their statements.
CONNECTIONS = {"sqlite": 1, "postgresql": 4}
OVERTAKEN = {"40001", "40P01"}  # what PostgreSQL says where two wait for each other: one of them is to try again
RETRY_SECONDS = 5  # that a visitor is told to wait for a database that does not answer
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x7477696E  # PostgreSQL's advisory locks are numbers: "twin"

# Alembic's own, which says of which migration the tables are.
alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class Databases:
    """Where this deployment keeps what it keeps: in `DATABASE_URL`, or in a file in instance/ for each purpose."""

    def __init__(self, url: str | None, instance: Path, *, statement_seconds: int = STATEMENT_SECONDS) -> None:
        """Connect to nothing yet; raises StartError where DATABASE_URL's client is missing."""
        self._shared = Database(url, statement_seconds=statement_seconds) if url else None
        self._instance = instance

    @classmethod
    def of(cls, settings: Settings, *, statement_seconds: int = STATEMENT_SECONDS) -> Databases:
        """Return those of this deployment."""
        return cls(settings.database_url, ROOT / "instance", statement_seconds=statement_seconds)

    def open(self, purpose: str) -> Database:
        """Return the database for a purpose; raises StartError where it cannot be made."""
        return self._shared or Database(f"sqlite:///{self._instance / purpose}.db")

    def has(self, purpose: str) -> bool:
        """Return whether there is one for a purpose; a PostgreSQL is not asked, since it may make its tables."""
        file = self._shared.file if self._shared else self._instance / f"{purpose}.db"
        return file is None or file.exists()


class Database:
    """A SQLite file or a PostgreSQL, for many threads and processes at once; one that fails is left alone shortly."""

    def __init__(self, url: str, *, statement_seconds: int = STATEMENT_SECONDS, upgrades: bool = False) -> None:
        """Connect to nothing yet; raises StartError where the client is missing or a SQLite file cannot be made.

        `upgrades` is whether an older PostgreSQL's tables may be changed, as those of a file always are.
        """
        self._name = mask_password(url)
        self._engine = _open_engine(url, statement_seconds)
        self._is_file = self._engine.name == "sqlite"
        self._upgrades = upgrades or self._is_file
        connections = CONNECTIONS[self._engine.name]
        # To give a semaphore back costs a turn of gevent's loop.
        self._room = Lock() if connections == 1 else BoundedSemaphore(connections)
        self._is_prepared = self._is_down = False
        self._next_try = 0.0

    def run(self, work: Callable[[Connection], Result], *, lasts: bool = True) -> Result:
        """Return what `work` does with a connection, whose statements are each a transaction of their own.

        `lasts` is whether what it writes must survive a machine that loses its power: in a file that is
        most of what a chat waits for. Raises StoreUnavailable, whose advice holds no values, where the database fails.
        """
        with self._room:
            if time.monotonic() < self._next_try:
                raise self._explain("it failed a moment ago")
            try:
                result = self._run(work, lasts=lasts)
            except (IntegrityError, DataError) as error:  # no fault of the database
                raise self._explain(f"it refuses a value ({type(error).__name__})") from error
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

    def transact(self, work: Callable[[Connection], Result], *, lasts: bool = True) -> Result:
        """Do the same in one transaction, in which `work` may do nothing that waits but SQL; it may be called again."""

        def work_in_transaction(connection: Connection) -> Result:
            with self._transaction(connection):
                return work(connection)

        return self.run(work_in_transaction, lasts=lasts)

    @cached_property
    def now(self) -> ColumnElement[float]:
        """The instant of a statement by the one clock that all users of the database share."""
        if self._is_file:
            return bindparam(None, callable_=time.time, type_=Double())
        return cast(extract("epoch", func.clock_timestamp()), Double)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that knows ON CONFLICT, which is not in the SQL standard."""
        return sqlite.insert(table) if self._is_file else postgresql.insert(table)

    @property
    def file(self) -> Path | None:
        """The SQLite file, where it is one."""
        return Path(self._engine.url.database or "") if self._is_file else None

    def check(self) -> None:
        """Raise StoreUnavailable where it does not answer, or its tables are of another version."""
        self.run(lambda connection: connection.execute(select(1)).all())

    def close(self) -> None:
        """Close the connections that nobody is using."""
        self._engine.dispose()

    def _run(self, work: Callable[[Connection], Result], *, lasts: bool) -> Result:
        def attempt() -> Result:
            with self._engine.connect() as connection:
                if not self._is_prepared:
                    self._prepare(connection)
                    self._is_prepared = True
                if self._is_file:
                    _set_synchronous(connection, "FULL" if lasts else "NORMAL")
                return work(connection)

        return retry_while(_is_passing, DBAPIError, attempt)

    def _prepare(self, connection: Connection) -> None:
        """Make the tables where there are none, and change those of an older Twin."""
        if _read_revision(connection) == REVISION:
            return
        with self._transaction(connection):
            if not self._is_file:
                connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            found = _read_revision(connection)  # another process may have done it
            if found is None and not inspect(connection).has_table("budget_days"):
                metadata.create_all(connection)
                alembic_version.create(connection)
                connection.execute(alembic_version.insert().values(version_num=REVISION))
            elif (found or "") > REVISION:
                raise _WrongTables("its tables are those of a newer Twin")
            elif found != REVISION and not self._upgrades:
                raise _WrongTables("its tables are those of an older Twin: run `flask twin migrate`")
            elif found != REVISION:
                _migrate(connection)

    @contextmanager
    def _transaction(self, connection: Connection) -> Iterator[None]:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if self._is_file else "BEGIN")
        try:
            yield
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            with suppress(SQLAlchemyError):  # where the connection itself is gone
                connection.exec_driver_sql("ROLLBACK")
            raise

    def _explain(self, reason: str) -> StoreUnavailable:
        return StoreUnavailable(retry_after=RETRY_SECONDS, advice=f"DATABASE_URL: {self._name}: {reason}.")


def _is_passing(error: DBAPIError) -> bool:
    return is_locked(error.orig) or getattr(error.orig, "sqlstate", None) in OVERTAKEN


class _WrongTables(SQLAlchemyError):
    """The tables are of another version than this code."""


def _open_engine(url: str, statement_seconds: int) -> Engine:
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
        event.listen(engine, "do_connect", lambda *_: _make_private(Path(parsed.database or "")))
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    options_of_server = f"-c statement_timeout={statement_seconds * 1_000} "
    options_of_server += f"-c idle_in_transaction_session_timeout={IDLE_SECONDS * 1_000}"
    limits = {"connect_timeout": CONNECT_SECONDS, "options": options_of_server}
    try:
        engine = create_engine(parsed, connect_args=limits, **options)
    except ImportError:
        raise StartError(
            "DATABASE_URL: PostgreSQL's client is missing: pip install -r requirements/service.lock"
        ) from None

    def connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> object:
        return _connect_to_postgres(arguments, options, patience=2 * statement_seconds)

    def ping(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Have the pool connect again where a restart of the database has left a dead connection."""
        if time.monotonic() > record.info.get("fresh_until", math.inf):
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error

    def note_use(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["fresh_until"] = time.monotonic() + UNUSED_SECONDS

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", ping)
    event.listen(engine, "checkin", note_use)
    return engine


def _read_revision(connection: Connection) -> str | None:
    """Return of which migration the tables are; None where there are none, or those of a Twin without migrations."""
    if not inspect(connection).has_table(alembic_version.name):
        return None
    found: str | None = connection.scalar(select(alembic_version.c.version_num))
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command  # takes 0.4 s to import
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")


def _connect_to_postgres(arguments: list[Any], options: dict[str, Any], patience: float) -> object:
    from psycopg import Connection, OperationalError

    class ImpatientConnection(Connection[Any]):
        """A connection that is closed where a server which still holds it says nothing more."""

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, timeout or patience)
            except OperationalError:
                self.close()
                raise

    return ImpatientConnection.connect(*arguments, **options)


def _make_private(file: Path) -> None:
    with suppress(OSError):  # which SQLite then meets itself
        file.touch(0o600)  # SQLite gives its other files the same


def _set_synchronous(connection: Connection, level: str) -> None:
    """Say whether commits wait for the disk (sqlite.org/pragma.html#pragma_synchronous), if that is not so already."""
    if connection.info.get("synchronous") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.info["synchronous"] = level


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")  # zeros in place of what was deleted; not every build does it unasked
    with suppress(connection.OperationalError):  # while another process does the same
        connection.execute("PRAGMA journal_mode=WAL")
