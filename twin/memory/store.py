"""Sessions and their messages in the database; each function takes the connection of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..llm.answers import FinishReason
from ..stores.tables import messages, sessions

Role = Literal["user", "assistant"]
# interrupted: the visitor left; held: the owner holds the conversation, and this says so
EndReason = Literal[FinishReason, "interrupted", "held"]
LAST_POSITION = 2**31 - 1

# The statements of every turn are built once, since building one costs as much as executing it.
SESSION = select(sessions).where(sessions.c.id == bindparam("session"))
MESSAGES = (
    select(*(column for column in messages.c if column.name != "session_id"))
    .where(messages.c.session_id == bindparam("session"))
    .where(messages.c.position >= bindparam("start"), messages.c.position < bindparam("end"))
    .order_by(messages.c.position)
)
LAST_BY_KEY = (
    select(messages.c.position)
    .where(messages.c.session_id == bindparam("session"), messages.c.key == bindparam("sent"))
    .where(messages.c.created_at >= bindparam("since"))
    .order_by(messages.c.position.desc())
    .limit(1)
)
BEGIN_SESSION = {  # a question for the owner may have begun it, without messages
    name: new.on_conflict_do_update(
        index_elements=["id"],
        set_={column: new.excluded[column] for column in ("created_at", "updated_at", "next_position")},
        where=sessions.c.next_position == 0,
    ).execution_options(preserve_rowcount=True)  # -1 in PostgreSQL otherwise
    for name, new in (("sqlite", sqlite.insert(sessions)), ("postgresql", postgresql.insert(sessions)))
}
CONTINUE_SESSION = update(sessions).where(sessions.c.id == bindparam("session"))
INSERT_MESSAGES = insert(messages)


@dataclass(frozen=True)
class KeptSession:
    """One session; instants are in seconds since 1970, positions count its messages from 0."""

    id: UUID
    created_at: float
    updated_at: float
    next_position: int = 0
    window_start: int = 0  # position of the first message that is still shown to the model
    summary: str = ""  # of the messages before summary_end
    summary_end: int = 0
    summarising_until: float = 0  # until when no other process asks for a new summary


@dataclass(frozen=True)
class KeptMessage:
    """A message of the visitor or the twin; the fields from `prompt_tokens` on are of answers."""

    position: int
    role: Role
    text: str
    created_at: float
    key: str | None = None  # a visitor's idempotency key
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    model: str | None = None
    finish_reason: EndReason | None = None
    persona: str | None = None  # SHA-256 of its text, in hexadecimal
    annotations: str | None = None  # JSON for Annotations.load


@dataclass(frozen=True)
class KeptTurn:
    """A visitor's message and its answer."""

    question: KeptMessage
    answer: KeptMessage


def fetch_session(connection: Connection, session_id: UUID) -> KeptSession | None:
    """Return a session, if there is one."""
    row = connection.execute(SESSION, {"session": session_id}).one_or_none()
    return KeptSession(*row) if row else None


def fetch_messages(
    connection: Connection, session_id: UUID, start: int = 0, end: int | None = None
) -> list[KeptMessage]:
    """Return a session's messages in their order, from position `start` to before `end`."""
    values = {"session": session_id, "start": start, "end": LAST_POSITION if end is None else end}
    return [KeptMessage(*row) for row in connection.execute(MESSAGES, values)]


def find_turn(connection: Connection, session_id: UUID, key: str, since: float) -> KeptTurn | None:
    """Return the last turn with an idempotency key since an instant, or None."""
    position = connection.scalar(LAST_BY_KEY, {"session": session_id, "sent": key, "since": since})
    if position is None:
        return None
    said = fetch_messages(connection, session_id, position, position + 2)
    return KeptTurn(*said) if [message.role for message in said] == ["user", "assistant"] else None


def begin_session(connection: Connection, session: KeptSession) -> bool:
    """Add a session; return False where there is one with messages already."""
    return bool(connection.execute(BEGIN_SESSION[connection.dialect.name], vars(session)).rowcount)


def continue_session(connection: Connection, session: KeptSession) -> bool:
    """Update a session after a turn; return False where the session was deleted."""
    values = {"session": session.id, "updated_at": session.updated_at, "next_position": session.next_position}
    return bool(connection.execute(CONTINUE_SESSION, values).rowcount)


def move_window(connection: Connection, session_id: UUID, start: int) -> None:
    """Move the start of the window to position `start`, unless it is further already."""
    change = update(sessions).where(sessions.c.id == session_id, sessions.c.window_start < start)
    connection.execute(change.values(window_start=start))


def claim_summary(connection: Connection, session: KeptSession, now: ColumnElement[float], seconds: float) -> bool:
    """Claim the next summary for `seconds`; return False where another process has claimed or made one."""
    is_due = _has_summary_of(session) & (sessions.c.summarising_until < now)
    return bool(connection.execute(update(sessions).where(is_due).values(summarising_until=now + seconds)).rowcount)


def save_summary(connection: Connection, session: KeptSession, summary: str, end: int) -> bool:
    """Store a summary of all messages before position `end`; return False where another summary was faster."""
    change = update(sessions).where(_has_summary_of(session))
    return bool(connection.execute(change.values(summary=summary, summary_end=end, summarising_until=0)).rowcount)


def insert_messages(connection: Connection, session_id: UUID, said: Sequence[KeptMessage]) -> None:
    """Add messages to an existing session."""
    connection.execute(INSERT_MESSAGES, [{"session_id": session_id, **vars(message)} for message in said])


def delete_turn(connection: Connection, session_id: UUID, turn: KeptTurn) -> None:
    """Delete a turn from a session."""
    places = (turn.question.position, turn.answer.position)
    connection.execute(delete(messages).where(messages.c.session_id == session_id, messages.c.position.in_(places)))


def delete_sessions(connection: Connection, session_ids: Sequence[UUID]) -> int:
    """Delete sessions with their messages, and return how many."""
    connection.execute(delete(messages).where(messages.c.session_id.in_(session_ids)))
    return connection.execute(delete(sessions).where(sessions.c.id.in_(session_ids))).rowcount


def list_unused(connection: Connection, since: float, count: int) -> list[UUID]:
    """Return the ids of at most `count` sessions unused since an instant."""
    query = select(sessions.c.id).where(sessions.c.updated_at < since).order_by(sessions.c.updated_at).limit(count)
    return list(connection.scalars(query))


def lock_unused(connection: Connection, since: float, session_ids: Sequence[UUID]) -> list[UUID]:
    """Return those of the sessions that are unused since an instant, locked until the transaction ends."""
    query = select(sessions.c.id).where(sessions.c.id.in_(session_ids), sessions.c.updated_at < since)
    return list(connection.scalars(query.order_by(sessions.c.id).with_for_update()))


def list_ids(connection: Connection, after: UUID | None, count: int) -> list[UUID]:
    """Return the next `count` ids of sessions, in order."""
    query = select(sessions.c.id).order_by(sessions.c.id).limit(count)
    return list(connection.scalars(query if after is None else query.where(sessions.c.id > after)))


def _has_summary_of(session: KeptSession) -> ColumnElement[bool]:
    """Match the same session with the same summary, and not a session with the same id made after a deletion."""
    row = sessions.c
    is_same = (row.id == session.id) & (row.created_at == session.created_at)
    return is_same & (row.summary_end == session.summary_end)
