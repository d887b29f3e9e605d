"""A dossier: what the desk shows of one conversation, without the id that opens it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, select

from ..memory import Annotations, KeptMessage
from ..memory.store import fetch_messages, fetch_session
from ..stores.desk_tables import conversations, feedback, owner_questions

MESSAGES_AT_ONCE = 200  # of a long conversation, the last ones first

row = conversations.c


@dataclass(frozen=True)
class Judgement:
    """A visitor's thumb on an answer: 1 or -1, with a note if one was left."""

    position: int
    value: int
    note: str | None


@dataclass(frozen=True)
class AskedQuestion:
    """A question that the visitor asked the owner; instants are in seconds since 1970."""

    id: int
    position: int | None
    question: str
    contact: str | None
    consent: str | None
    asked_at: float
    draft: str | None
    answer: str | None
    answered_at: float | None
    seen_at: float | None


@dataclass(frozen=True)
class Dossier:
    """One conversation with its number, messages from position `start`, judgements and questions for the owner."""

    number: int
    began_at: float
    updated_at: float
    next_position: int
    summary: str
    is_archived: bool
    is_own: bool
    needs_owner: bool
    held_by: int | None
    held_until: float | None
    start: int
    messages: Sequence[KeptMessage]
    judgements: Sequence[Judgement] = field(default=())
    questions: Sequence[AskedQuestion] = field(default=())

    @property
    def has_earlier(self) -> bool:
        """Whether there are messages before those at hand."""
        return self.start > 0

    def annotate(self, message: KeptMessage) -> Annotations:
        """Return the annotations of one of its messages."""
        return Annotations.load(message.annotations)


def fetch_dossier(connection: Connection, number: int, before: int | None = None) -> Dossier | None:
    """Return a conversation with its last messages, or those before a position; None where there is none."""
    found = connection.execute(select(conversations).where(row.number == number)).one_or_none()
    session = fetch_session(connection, found.session_id) if found else None
    if found is None or session is None:
        return None
    end = session.next_position if before is None else before
    start = max(0, end - MESSAGES_AT_ONCE)
    return Dossier(
        number=number,
        began_at=session.created_at,
        updated_at=session.updated_at,
        next_position=session.next_position,
        summary=session.summary,
        is_archived=0 < session.next_position <= found.archived_until,
        is_own=found.is_own,
        needs_owner=found.needs_owner_since is not None,
        held_by=found.held_by,
        held_until=found.held_until,
        start=start,
        messages=fetch_messages(connection, session.id, start, end),
        judgements=fetch_judgements(connection, number),
        questions=fetch_questions(connection, number),
    )


def find_session(connection: Connection, number: int) -> UUID | None:
    """Return the session of a number, or None."""
    found: UUID | None = connection.scalar(select(row.session_id).where(row.number == number))
    return found


def fetch_questions(connection: Connection, number: int) -> list[AskedQuestion]:
    """Return the questions for the owner that were asked in a conversation, the first first."""
    asked = owner_questions.c
    columns = [asked[name] for name in AskedQuestion.__dataclass_fields__]
    query = select(*columns).where(asked.conversation == number).order_by(asked.id)
    return [AskedQuestion(*each) for each in connection.execute(query)]


def fetch_judgements(connection: Connection, number: int) -> list[Judgement]:
    """Return how a conversation's answers were judged, in their order."""
    given = feedback.c
    query = select(given.position, given.value, given.note).where(given.conversation == number)
    return [Judgement(*each) for each in connection.execute(query.order_by(given.position))]
