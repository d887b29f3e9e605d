"""The inbox: conversations by their numbers, and what the owner does with one."""

from __future__ import annotations

import time
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, literal, select, update

from ..memory import Conversation, KeptSession, Memory
from ..stores.desk_tables import conversations
from ..stores.tables import sessions
from .dossier import Dossier, fetch_dossier, find_session
from .export import DeskExport
from .listing import Cursor, Page, count_waiting, fetch_page
from .views import View

row = conversations.c


class Inbox:
    """The conversations of a deployment, as its owner sees them; every method raises StoreUnavailable."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._database = memory.database

    def list(self, view: View, after: Cursor | None = None) -> Page:
        """Return the next conversations of a view, the newest first."""
        return fetch_page(self._database, view, after)

    def count_waiting(self) -> tuple[int, int]:
        """Return how many conversations are unread, and how many need the owner."""
        return count_waiting(self._database)

    def fetch(self, number: int, before: int | None = None) -> Dossier | None:
        """Return a conversation with its last messages, or those before a position; None where there is none."""
        return self._database.run(partial(fetch_dossier, number=number, before=before))

    def mark_read(self, number: int, until: int) -> bool:
        """Mark the messages before a position as read, those after it as unread; return False for no such number."""
        return self._set(number, read_until=until)

    def settle(self, number: int) -> bool:
        """Note that a conversation needs the owner no more; return False where there is none."""
        return self._set(number, needs_owner_since=None)

    def archive(self, number: int, *, archived: bool) -> bool:
        """Archive a conversation until its next message, or take it back; return False where there is none."""
        until = select(sessions.c.next_position).where(sessions.c.id == row.session_id).scalar_subquery()
        return self._set(number, archived_until=until if archived else literal(0))

    def mark_own(self, number: int, *, own: bool) -> bool:
        """Keep a conversation apart as the owner's own try, or no more; return False where there is none."""
        return self._set(number, is_own=own)

    def begin_try(self) -> UUID:
        """Return the id of a new session of the owner's own, which is kept apart from visitors'."""
        session = uuid4()
        made = insert(conversations).values(session_id=session, created_at=time.time(), is_own=True)
        self._database.run(lambda connection: connection.execute(made))
        return session

    def delete(self, number: int) -> bool:
        """Delete a conversation and all that is kept of it, as its visitor can; return False where there is none."""
        session = self._find_session(number)
        return session is not None and self._memory.delete(str(session))

    def export(self, number: int) -> DeskExport | None:
        """Return all that is kept of a conversation, but for the id that opens it; None where there is none."""
        session, dossier = self._find_session(number), self.fetch(number)
        if session is None or dossier is None:
            return None
        found = self._memory.fetch(str(session))  # None where there is but a question for the owner
        begun = Conversation(KeptSession(session, dossier.began_at, dossier.updated_at), [])
        return DeskExport.of(dossier, found or begun)

    def _find_session(self, number: int) -> UUID | None:
        return self._database.run(partial(find_session, number=number))

    def _set(self, number: int, **values: object) -> bool:
        change = update(conversations).where(row.number == number).values(values)

        def write(connection: Connection) -> bool:
            return bool(connection.execute(change).rowcount)

        return self._database.run(write)
