"""The revision of a database's tables: made where missing, migrated where older."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from .desk_tables import conversations
from .tables import REVISION
from .transactions import begin_transaction
from .word_index import create_index

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x7477696E  # PostgreSQL's advisory locks are numbers: "twin"

# Alembic's own table, which holds the revision of the others.
alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


class WrongRevision(SQLAlchemyError):
    """The tables are of another revision than this code, and may not be migrated."""


def prepare_tables(connection: Connection, *, upgrades: bool) -> None:
    """Create the tables where there are none, and migrate those of an older Twin.

    Raises WrongRevision where the tables are of a newer Twin, or of an older one and not `upgrades`.
    """
    if _read_revision(connection) == REVISION:
        return
    with begin_transaction(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        found = _read_revision(connection)  # again, since another process may have prepared them meanwhile
        if found is None and not inspect(connection).has_table("budget_days"):
            conversations.metadata.create_all(connection)  # all tables: desk_tables imports the others
            create_index(connection)
            alembic_version.create(connection)
            connection.execute(alembic_version.insert().values(version_num=REVISION))
        elif (found or "") > REVISION:
            raise WrongRevision("its tables are those of a newer Twin")
        elif found != REVISION and not upgrades:
            raise WrongRevision("its tables are those of an older Twin: run `flask twin migrate`")
        elif found != REVISION:
            _migrate(connection)


def _read_revision(connection: Connection) -> str | None:
    """Return the revision of the tables; None where there are none, or where they predate migrations."""
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
