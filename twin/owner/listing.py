"""The lines of the inbox, a page at a time: the conversations of a view, the newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from ..stores import Database
from ..stores.desk_tables import conversations, owner_questions
from ..stores.tables import messages, sessions
from .search import match_words
from .views import CONDITIONS, IS_ARCHIVED, IS_UNREAD, NEEDS_OWNER, View

PAGE_SIZE = 50

row = conversations.c
JOINED = conversations.join(sessions, sessions.c.id == row.session_id)
NEWEST_FIRST = (sessions.c.updated_at.desc(), row.number.desc())


@dataclass(frozen=True)
class Entry:
    """One line of the inbox; instants are in seconds since 1970, the last two fields count answers."""

    number: int
    began_at: float
    updated_at: float
    is_unread: bool
    is_archived: bool
    is_own: bool
    needs_owner: bool
    unknown: int
    unsupported: int
    first_question: str
    messages: int


@dataclass(frozen=True)
class Cursor:
    """A place in the inbox: after the conversation of this number, last used at this instant."""

    updated_at: float
    number: int

    def dump(self) -> str:
        """Return the cursor as text for a URL."""
        return f"{self.updated_at!r}:{self.number}"

    @classmethod
    def load(cls, text: str) -> Cursor | None:
        """Return the cursor of a text; None where the text is none."""
        instant, _, number = text.partition(":")
        try:
            found = cls(float(instant), int(number))
        except ValueError:
            return None
        return found if 0 <= found.updated_at < 1e12 and 0 <= found.number < 2**31 else None


@dataclass(frozen=True)
class Page:
    """A part of the inbox, and where the next begins, if there is one."""

    entries: list[Entry]
    next: Cursor | None = None


def fetch_page(database: Database, view: View, after: Cursor | None = None, size: int = PAGE_SIZE) -> Page:
    """Return the next conversations of a view; raises StoreUnavailable."""
    dialect = "sqlite" if database.file else "postgresql"
    condition = view.match() & match_words(view.words, dialect)
    places = database.run(partial(_list_places, condition=condition, after=after, count=size + 1))
    shown = places[:size]
    entries = database.run(partial(_fetch_entries, numbers=[place.number for place in shown])) if shown else []
    return Page(entries, shown[-1] if len(places) > size else None)


def find_sessions(database: Database, numbers: Collection[int]) -> dict[int, UUID]:
    """Return the ids that open the conversations of these numbers: for the terminal, never for the desk."""
    query = select(row.number, row.session_id).where(row.number.in_(numbers))
    found = database.run(lambda connection: connection.execute(query).all())
    return {each.number: each.session_id for each in found}


def count_waiting(database: Database) -> tuple[int, int]:
    """Return how many conversations are unread, and how many need the owner; raises StoreUnavailable."""
    unread, needing = (func.count().filter(CONDITIONS[name]) for name in ("unread", "needs-you"))
    query = select(unread, needing).select_from(JOINED)
    found = database.run(lambda connection: connection.execute(query).one())
    return found[0], found[1]


def _list_places(
    connection: Connection, condition: ColumnElement[bool], after: Cursor | None, count: int
) -> list[Cursor]:
    query = select(sessions.c.updated_at, row.number).select_from(JOINED).where(condition)
    if after is not None:
        query = query.where(tuple_(sessions.c.updated_at, row.number) < tuple_(after.updated_at, after.number))
    return [Cursor(*found) for found in connection.execute(query.order_by(*NEWEST_FIRST).limit(count))]


def _fetch_entries(connection: Connection, numbers: list[int]) -> list[Entry]:
    is_ours = messages.c.session_id == sessions.c.id
    asked = select(owner_questions.c.question).where(owner_questions.c.conversation == row.number)
    asked = asked.order_by(owner_questions.c.id).limit(1)
    first = select(messages.c.text).where(is_ours, messages.c.role == "user").order_by(messages.c.position).limit(1)
    counted = select(func.count()).where(is_ours)
    query = select(
        row.number,
        sessions.c.created_at,
        sessions.c.updated_at,
        IS_UNREAD,
        IS_ARCHIVED,
        row.is_own,
        NEEDS_OWNER,
        row.unknown,
        row.unsupported,
        func.coalesce(first.scalar_subquery(), asked.scalar_subquery(), ""),
        counted.scalar_subquery(),
    )
    found = query.select_from(JOINED).where(row.number.in_(numbers)).order_by(*NEWEST_FIRST)
    return [Entry(*each) for each in connection.execute(found)]
