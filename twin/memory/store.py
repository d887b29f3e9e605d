"""Sessions and their messages in the database; each function takes the connection of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from ..llm.answers import FinishReason
from ..stores.tables import messages, sessions

Role = Literal["user", "assistant"]
EndReason = Literal[FinishReason, "interrupted"]  # interrupted: the visitor left
LAST_POSITION = 2**31 - 1

# What every turn executes is built once: to put a statement together costs as much as to execute it.
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
BEGIN_SESSION = insert(sessions)
CONTINUE_SESSION = update(sessions).where(sessions.c.id == bindparam("session"))
INSERT_MESSAGES = insert(messages)


@dataclass(frozen=True)
class KeptSession:
    """One conversation; instants are seconds since 1970, positions count its messages from 0."""

    id: UUID
    created_at: float
    updated_at: float
    next_position: int = 0
    window_start: int = 0  # the first message that the model is still shown
    summary: str = ""  # of what is before summary_end
    summary_end: int = 0
    summarising_until: float = 0  # before which nobody else asks for a new summary


@dataclass(frozen=True)
class KeptMessage:
    """What one side said; from `prompt_tokens` on, an answer's own."""

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
    annotations: str | None = None  # what it says beside its text, in JSON: Annotations.load


@dataclass(frozen=True)
class Overview:
    """A session, and how many messages it has."""

    session: KeptSession
    messages: int


@dataclass(frozen=True)
class KeptTurn:
    """A visitor's message, and the answer to it."""

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
    """Return the last turn whose message came with an idempotency key, and not before an instant."""
    position = connection.scalar(LAST_BY_KEY, {"session": session_id, "sent": key, "since": since})
    if position is None:
        return None
    said = fetch_messages(connection, session_id, position, position + 2)
    return KeptTurn(*said) if [message.role for message in said] == ["user", "assistant"] else None


def begin_session(connection: Connection, session: KeptSession) -> None:
    """Add a session."""
    connection.execute(BEGIN_SESSION, vars(session))


def continue_session(connection: Connection, session: KeptSession) -> bool:
    """Note that something was said in a session; return False where it is not there any more."""
    values = {"session": session.id, "updated_at": session.updated_at, "next_position": session.next_position}
    return bool(connection.execute(CONTINUE_SESSION, values).rowcount)


def move_window(connection: Connection, session_id: UUID, start: int) -> None:
    """Show the model nothing more of what is before position `start`."""
    change = update(sessions).where(sessions.c.id == session_id, sessions.c.window_start < start)
    connection.execute(change.values(window_start=start))


def claim_summary(connection: Connection, session: KeptSession, now: ColumnElement[float], seconds: float) -> bool:
    """Return whether a new summary is ours to ask for: nobody did, or that was so many seconds ago."""
    is_due = _has_summary_of(session) & (sessions.c.summarising_until < now)
    return bool(connection.execute(update(sessions).where(is_due).values(summarising_until=now + seconds)).rowcount)


def save_summary(connection: Connection, session: KeptSession, summary: str, end: int) -> bool:
    """Keep a summary of all before position `end`; return False where the session has another one by now."""
    change = update(sessions).where(_has_summary_of(session))
    return bool(connection.execute(change.values(summary=summary, summary_end=end, summarising_until=0)).rowcount)


def insert_messages(connection: Connection, session_id: UUID, said: Sequence[KeptMessage]) -> None:
    """Add messages to a session that is there."""
    connection.execute(INSERT_MESSAGES, [{"session_id": session_id, **vars(message)} for message in said])


def delete_turn(connection: Connection, session_id: UUID, turn: KeptTurn) -> None:
    """Take a turn out of its session."""
    places = (turn.question.position, turn.answer.position)
    connection.execute(delete(messages).where(messages.c.session_id == session_id, messages.c.position.in_(places)))


def delete_sessions(connection: Connection, session_ids: Sequence[UUID]) -> int:
    """Delete sessions and all that was said in them, and return how many."""
    connection.execute(delete(messages).where(messages.c.session_id.in_(session_ids)))
    return connection.execute(delete(sessions).where(sessions.c.id.in_(session_ids))).rowcount


def list_unused(connection: Connection, since: float, count: int) -> list[UUID]:
    """Return the ids of at most `count` sessions that were not used since an instant."""
    query = select(sessions.c.id).where(sessions.c.updated_at < since).order_by(sessions.c.updated_at).limit(count)
    return list(connection.scalars(query))


def lock_unused(connection: Connection, since: float, session_ids: Sequence[UUID]) -> list[UUID]:
    """Return which of these were not used since an instant; nobody uses those until the transaction ends."""
    query = select(sessions.c.id).where(sessions.c.id.in_(session_ids), sessions.c.updated_at < since)
    return list(connection.scalars(query.order_by(sessions.c.id).with_for_update()))


def list_latest(connection: Connection, count: int) -> list[Overview]:
    """Return the sessions that were used last, the latest first."""
    said = select(func.count()).where(messages.c.session_id == sessions.c.id).scalar_subquery()
    query = select(*sessions.c, said).order_by(sessions.c.updated_at.desc()).limit(count)
    return [Overview(KeptSession(*row), number) for *row, number in connection.execute(query)]


def list_ids(connection: Connection, after: UUID | None, count: int) -> list[UUID]:
    """Return the next `count` ids of sessions in their order."""
    query = select(sessions.c.id).order_by(sessions.c.id).limit(count)
    return list(connection.scalars(query if after is None else query.where(sessions.c.id > after)))


def _has_summary_of(session: KeptSession) -> ColumnElement[bool]:
    """Whether it is still this session, not one that began after it was deleted, with the summary that we know."""
    row = sessions.c
    is_same = (row.id == session.id) & (row.created_at == session.created_at)
    return is_same & (row.summary_end == session.summary_end)
