"""The limits on wrong passwords: from one network, and in all."""

from __future__ import annotations

import math
import time

from sqlalchemy import Connection, delete, func, insert, select, text

from ..errors import RateLimited
from ..stores import Database
from ..stores.desk_tables import desk_tries
from ..system.networks import network_of

WINDOW_SECONDS = 3_600
MAX_OF_NETWORK = 10  # wrong passwords in a window
MAX_OF_ALL = 100

row = desk_tries.c


class Tries:
    """The tries of the last WINDOW_SECONDS, which all processes count together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, address: str) -> None:
        """Raise RateLimited where there were too many; takes no lock, so that a flood of tries writes nothing."""
        self._database.run(lambda connection: self._check(connection, network_of(address, 32, 64)))

    def record(self, connection: Connection, address: str) -> None:
        """Count a try, or raise RateLimited; in the transaction of `connection` no other try is made."""
        if connection.dialect.name == "postgresql":  # in a SQLite file there is one writer anyway
            connection.execute(text("LOCK TABLE desk_tries IN EXCLUSIVE MODE"))
        now, network = time.time(), network_of(address, 32, 64)
        connection.execute(delete(desk_tries).where(row.tried_at < now - WINDOW_SECONDS))
        self._check(connection, network)
        connection.execute(insert(desk_tries).values(network=network, tried_at=now))

    def take_back(self, connection: Connection, address: str) -> None:
        """Forget the tries of a network whose owner knew the password."""
        connection.execute(delete(desk_tries).where(row.network == network_of(address, 32, 64)))

    def _check(self, connection: Connection, network: str) -> None:
        now = time.time()
        own = func.count().filter(row.network == network)
        query = select(own, func.count(), func.min(row.tried_at)).where(row.tried_at > now - WINDOW_SECONDS)
        from_network, in_all, oldest = connection.execute(query).one()
        if from_network >= MAX_OF_NETWORK or in_all >= MAX_OF_ALL:
            raise RateLimited(retry_after=max(1, math.ceil(oldest + WINDOW_SECONDS - now)))
