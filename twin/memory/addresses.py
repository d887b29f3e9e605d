"""The addresses that visitors left for an answer: kept until it is given, and some days more."""

from __future__ import annotations

from sqlalchemy import Connection, update

from ..stores import Database
from ..stores.desk_tables import owner_questions

KEPT_SECONDS = 30 * 24 * 3_600.0  # after the answer


def forget_addresses(database: Database) -> int:
    """Delete the addresses whose questions were answered long ago, with the consent, and return how many.

    Raises StoreUnavailable.
    """
    row = owner_questions.c
    is_due = row.contact.is_not(None) & (row.answered_at < database.now - KEPT_SECONDS)
    change = update(owner_questions).where(is_due).values(contact=None, consent=None)

    def forget(connection: Connection) -> int:
        return connection.execute(change).rowcount

    return database.run(forget)
