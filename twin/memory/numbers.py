"""The numbers by which the owner's desk knows conversations, and the marks that it keeps with each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, delete, exists, func, select, text, update

from ..stores import Database
from ..stores.desk_tables import conversations, desk_tries, feedback, owner_questions
from ..stores.tables import sessions
from ..stores.word_index import delete_conversations, index_missing
from .annotations import Annotations
from .store import KeptMessage, KeptSession, fetch_messages

UNUSED_SECONDS = 24 * 3_600  # for which a number waits for its session's first message
PAUSE_SECONDS = 0.01  # between two transactions, so that other writers get a turn
MISSING_AT_ONCE = 100
NUMBER = text(  # built once, as COUNT_MARKS: every new session needs it
    "INSERT INTO conversations (session_id, created_at, read_until) VALUES (:session, :created, :until) "
    "ON CONFLICT DO NOTHING"
).bindparams(bindparam("session", type_=Uuid))
COUNT_MARKS = (
    update(conversations)
    .where(conversations.c.session_id == bindparam("session"))
    .values(
        unknown=conversations.c.unknown + bindparam("more_unknown"),
        unsupported=conversations.c.unsupported + bindparam("more_unsupported"),
    )
)


def number_session(connection: Connection, session: KeptSession, *, read_until: int = 0) -> None:
    """Give a session its number, unless it has one already."""
    values = {"session": session.id, "created": session.created_at, "until": read_until}
    connection.execute(NUMBER, values)


def count_marks(connection: Connection, session_id: UUID, said: Sequence[KeptMessage]) -> None:
    """Add to a session's marks the answers in `said` that did not know, and those with something unsupported."""
    notes = [Annotations.load(message.annotations) for message in said if message.annotations]
    unknown = sum(note.grounded is False for note in notes)
    unsupported = sum(bool(note.unsupported) for note in notes)
    if unknown or unsupported:
        values = {"session": session_id, "more_unknown": unknown, "more_unsupported": unsupported}
        connection.execute(COUNT_MARKS, values)


def want_owner(connection: Connection, session_id: UUID, now: float) -> None:
    """Note that a session's visitor waits for the owner since an instant, and take it out of the archive."""
    row = conversations.c
    since = func.coalesce(row.needs_owner_since, now)
    change = update(conversations).where(row.session_id == session_id)
    connection.execute(change.values(needs_owner_since=since, archived_until=0))


def delete_numbers(connection: Connection, session_ids: Sequence[UUID]) -> None:
    """Delete what the desk keeps of sessions: their numbers and marks, questions for the owner and feedback."""
    found = select(conversations.c.number).where(conversations.c.session_id.in_(session_ids))
    _delete(connection, list(connection.scalars(found)))


def tend_numbers(database: Database) -> None:
    """Delete what is not needed on the desk, number sessions that have no number, and index what is not indexed.

    Raises StoreUnavailable.
    """
    database.transact(partial(delete_unused, since=time.time() - UNUSED_SECONDS))
    while database.transact(number_missing):
        time.sleep(PAUSE_SECONDS)
    last: int | None = 0
    while last is not None:
        last = database.transact(partial(index_missing, after=last))
        time.sleep(PAUSE_SECONDS)


def number_missing(connection: Connection) -> int:
    """Give up to MISSING_AT_ONCE sessions without a number theirs, and return how many: an older Twin begins such."""
    is_numbered = exists().where(conversations.c.session_id == sessions.c.id)
    found = connection.execute(
        select(sessions).where(~is_numbered).order_by(sessions.c.created_at).limit(MISSING_AT_ONCE)
    )
    missing = [KeptSession(*row) for row in found]
    for session in missing:
        number_session(connection, session)
        count_marks(connection, session.id, fetch_messages(connection, session.id))
    return len(missing)


def delete_unused(connection: Connection, since: float) -> None:
    """Delete numbers given before an instant whose sessions never began, and tries of the desk's password before it."""
    connection.execute(delete(desk_tries).where(desk_tries.c.tried_at < since))
    is_begun = exists().where(sessions.c.id == conversations.c.session_id)
    is_asked = exists().where(owner_questions.c.conversation == conversations.c.number)
    unused = select(conversations.c.number).where(conversations.c.created_at < since, ~is_begun, ~is_asked)
    _delete(connection, list(connection.scalars(unused.limit(1_000))))


def _delete(connection: Connection, numbers: Sequence[int]) -> None:
    if not numbers:
        return
    delete_conversations(connection, numbers)
    for column in (owner_questions.c.conversation, feedback.c.conversation, conversations.c.number):
        connection.execute(delete(column.table).where(column.in_(numbers)))
