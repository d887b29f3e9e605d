"""One database: connections, transactions, and its failures as StoreUnavailable."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Double, Table, bindparam, cast, extract, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from ..errors import StoreUnavailable
from ..settings import mask_password
from ..system.contention import retry_while
from ..telemetry.metrics import Metrics
from .engines import CONNECTIONS, open_engine
from .revisions import prepare_tables
from .transactions import begin_transaction, is_passing, set_durability

STATEMENT_SECONDS = 3  # PostgreSQL's timeout of a statement; after twice that a silent server counts as gone
DOWN_SECONDS = 1.0  # for which a database that has just failed is not asked again
RETRY_AFTER_SECONDS = 5  # that a visitor is told to wait for a database that does not answer

_Result = TypeVar("_Result")

logger = logging.getLogger(__name__)


class Database:
    """A SQLite file or a PostgreSQL, for many threads and processes; after a failure it is left alone for a moment."""

    def __init__(
        self,
        url: str,
        *,
        statement_seconds: int = STATEMENT_SECONDS,
        upgrades: bool = False,
        metrics: Metrics | None = None,
    ) -> None:
        """Connect to nothing yet; raises StartError where the client is missing or a SQLite file cannot be made.

        `upgrades` is whether the tables of an older PostgreSQL may be migrated; those of a file always are.
        """
        self._name = mask_password(url)
        self._engine = open_engine(url, statement_seconds)
        self._is_file = self._engine.name == "sqlite"
        self._upgrades = upgrades or self._is_file
        self._metrics = metrics or Metrics()
        connections = CONNECTIONS[self._engine.name]
        # A lock for one connection, since releasing a semaphore costs a turn of gevent's loop.
        self._room = Lock() if connections == 1 else BoundedSemaphore(connections)
        self._is_prepared = self._is_down = False
        self._next_try = 0.0

    def run(self, work: Callable[[Connection], _Result], *, durable: bool = True) -> _Result:
        """Return the result of `work`, called with a connection whose statements each commit by themselves.

        `durable` is whether the writes must survive a loss of power, which in a file is most of what a chat waits for.
        Raises StoreUnavailable, whose advice holds no values, where the database fails.
        """
        began, has_failed = time.monotonic(), False
        try:
            return self._run_in_turn(work, durable=durable)
        except StoreUnavailable:
            has_failed = True
            raise
        finally:
            self._metrics.record_database(time.monotonic() - began, has_failed=has_failed)

    def transact(self, work: Callable[[Connection], _Result], *, durable: bool = True) -> _Result:
        """Do the same in one transaction; `work` must wait for nothing but SQL, and may be called more than once."""

        def work_in_transaction(connection: Connection) -> _Result:
            with begin_transaction(connection):
                return work(connection)

        return self.run(work_in_transaction, durable=durable)

    @cached_property
    def now(self) -> ColumnElement[float]:
        """The instant of a statement, in seconds since 1970, by the one clock that all processes share."""
        if self._is_file:
            return bindparam(None, callable_=time.time, type_=Double())
        return cast(extract("epoch", func.clock_timestamp()), Double)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT of the dialect, which has ON CONFLICT."""
        return sqlite.insert(table) if self._is_file else postgresql.insert(table)

    @property
    def file(self) -> Path | None:
        """The path of a SQLite database; None of PostgreSQL."""
        return Path(self._engine.url.database or "") if self._is_file else None

    def check(self) -> None:
        """Raise StoreUnavailable where the database does not answer, or its tables are of another revision."""
        self.run(lambda connection: connection.execute(select(1)).all())

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._engine.dispose()

    def _run_in_turn(self, work: Callable[[Connection], _Result], *, durable: bool) -> _Result:
        """Wait for a connection, then run `work`; leave a database that has just failed alone."""
        with self._room:
            if time.monotonic() < self._next_try:
                raise self._explain("it failed a moment ago")
            try:
                result = self._run(work, durable=durable)
            except (IntegrityError, DataError) as error:  # the fault of a statement, not of the database
                raise self._explain(f"it refuses a value ({type(error).__name__})") from error
            except SQLAlchemyError as error:
                self._next_try = time.monotonic() + DOWN_SECONDS
                self._is_prepared = False  # another database may come back
                fault = self._explain(str(getattr(error, "orig", None) or error).partition("\n")[0])
                if not self._is_down:
                    logger.error("%s No model is asked until it answers.", fault)
                self._is_down = True
                raise fault from error
        self._is_down = False
        return result

    def _run(self, work: Callable[[Connection], _Result], *, durable: bool) -> _Result:
        def attempt() -> _Result:
            with self._engine.connect() as connection:
                if not self._is_prepared:
                    prepare_tables(connection, upgrades=self._upgrades)
                    self._is_prepared = True
                if self._is_file:
                    set_durability(connection, durable=durable)
                return work(connection)

        return retry_while(is_passing, DBAPIError, attempt)

    def _explain(self, reason: str) -> StoreUnavailable:
        return StoreUnavailable(retry_after=RETRY_AFTER_SECONDS, advice=f"DATABASE_URL: {self._name}: {reason}.")
