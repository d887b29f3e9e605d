"""The owner's hold on a conversation: while it lasts, the twin is silent there."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from ..stores import Database
from ..stores.desk_tables import conversations

HOLD_SECONDS = 600.0  # after the owner's last word

row = conversations.c
HELD_UNTIL = select(row.held_until).where(row.session_id == bindparam("session"), row.held_until.is_not(None))


def is_held(connection: Connection, database: Database, session_id: UUID) -> bool:
    """Return whether the owner holds a session's conversation at this moment."""
    return (
        connection.execute(HELD_UNTIL.where(row.held_until > database.now), {"session": session_id}).first() is not None
    )


def hold(connection: Connection, number: int, sign_in: int, now: ColumnElement[float]) -> bool:
    """Begin or prolong a hold by a session of the desk; return False where there is no such conversation."""
    change = update(conversations).where(row.number == number)
    return bool(connection.execute(change.values(held_by=sign_in, held_until=now + HOLD_SECONDS)).rowcount)


def release(connection: Connection, number: int) -> bool:
    """End a hold; return False where there is no such conversation."""
    change = update(conversations).where(row.number == number)
    return bool(connection.execute(change.values(held_by=None, held_until=None)).rowcount)
