"""What visitors leave for the owner: questions, with an address where they want one used, and thumbs on answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, update

from ..errors import InvalidField, InvalidRequest, NotFound, RateLimited
from ..memory import KeptMessage, KeptSession, Memory, parse_session_id
from ..memory.numbers import want_owner
from ..memory.store import fetch_messages
from ..memory.transcript import is_owners
from ..stores.desk_tables import conversations, feedback, owner_questions
from ..stores.tables import sessions
from .dossier import AskedQuestion, Judgement, fetch_judgements, fetch_questions

MAX_OPEN = 10  # questions of one conversation that wait for an answer

asked, row = owner_questions.c, conversations.c


@dataclass(frozen=True)
class Left:
    """What the visitor of one session has left, and until when the owner holds the conversation."""

    held_until: float | None  # seconds since 1970, in the future
    questions: Sequence[AskedQuestion] = ()
    judgements: Sequence[Judgement] = ()


class Visitors:
    """The visitors' side of the desk; every method raises StoreUnavailable."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._database = memory.database

    def ask(self, session_id: str, question: str, contact: str | None, consent: str | None) -> int:
        """Put a question into the owner's inbox, and return its id; the same one again, while it waits, is kept once.

        Raises NotFound for an id that is no session's, and RateLimited where MAX_OPEN questions wait.
        """
        session = _parse(session_id)

        def put(connection: Connection) -> int:
            number, now = self._number(connection, session), time.time()
            waiting = (asked.conversation == number) & asked.answered_at.is_(None)
            same = select(asked.id).where(waiting, asked.question == question)
            found: int | None = connection.scalar(same)
            left = {"contact": contact, "consent": consent if contact else None}
            if found is not None:
                if contact:
                    connection.execute(update(owner_questions).where(asked.id == found).values(left))
                return found
            if (connection.scalar(select(func.count()).where(waiting)) or 0) >= MAX_OPEN:
                raise RateLimited("Your questions wait for an answer: ask again once there is one.", retry_after=3_600)
            want_owner(connection, session, now)
            self._keep_session(connection, session, now)
            place = _find_place(fetch_messages(connection, session), question)
            new = insert(owner_questions).values(conversation=number, position=place, question=question, asked_at=now)
            made: int = connection.execute(new.values(left).returning(asked.id)).scalar_one()
            return made

        return self._database.transact(put)

    def judge(self, session_id: str, index: int | None, value: int, note: str | None) -> None:
        """Keep the visitor's thumb on an answer: 1, -1, or 0 to take it back; a thumb down needs the owner's eye.

        `index` counts the session's messages from 0; None stands for the last answer. Raises NotFound for a session
        that is not remembered, and InvalidRequest where there is no answer of the twin's at that place.
        """
        session = _parse(session_id)

        def keep(connection: Connection) -> None:
            said = fetch_messages(connection, session)
            if not said:
                raise NotFound
            position, number = _find_answer(said, index).position, self._number(connection, session)
            key = {"conversation": number, "position": position}
            if not value:
                given = feedback.c
                connection.execute(delete(feedback).where(given.conversation == number, given.position == position))
                return
            now = time.time()
            values = {"value": value, "note": note, "given_at": now}
            new = self._database.insert(feedback).values(key | values)
            connection.execute(new.on_conflict_do_update(index_elements=["conversation", "position"], set_=values))
            if value < 0:
                want_owner(connection, session, now)

        self._database.transact(keep)

    def fetch(self, session_id: str) -> Left | None:
        """Return what the visitor of a session has left; None for a session that the desk does not know."""
        session = parse_session_id(session_id)

        def read(connection: Connection) -> Left | None:
            is_held = (row.held_until > self._database.now).label("is_held")
            query = select(row.number, row.held_until, is_held).where(row.session_id == session)
            if session is None or (found := connection.execute(query).one_or_none()) is None:
                return None
            questions, judgements = (
                fetch_questions(connection, found.number),
                fetch_judgements(connection, found.number),
            )
            return Left(found.held_until if found.is_held else None, questions, judgements)

        return self._database.run(read)

    def note_seen(self, ids: Sequence[int]) -> None:
        """Note that a visitor has been sent the answers to these questions."""
        change = update(owner_questions).where(asked.id.in_(ids), asked.seen_at.is_(None)).values(seen_at=time.time())
        if ids:
            self._database.run(lambda connection: connection.execute(change))

    def _number(self, connection: Connection, session: UUID) -> int:
        new = self._database.insert(conversations).values(session_id=session, created_at=time.time())
        connection.execute(new.on_conflict_do_nothing())
        found = select(row.number).where(row.session_id == session).with_for_update()  # one question at a time
        number: int = connection.execute(found).scalar_one()
        return number

    def _keep_session(self, connection: Connection, session: UUID, now: float) -> None:
        """Begin a session that has no messages yet, or note that it is in use."""
        new = self._database.insert(sessions).values(vars(KeptSession(session, now, now)))
        connection.execute(new.on_conflict_do_update(index_elements=["id"], set_={"updated_at": now}))


def _parse(session_id: str) -> UUID:
    session = parse_session_id(session_id)
    if session is None:
        raise NotFound
    return session


def _find_place(said: Sequence[KeptMessage], question: str) -> int | None:
    """Return the position of the answer to the same question, if the twin was asked it."""
    places = [message.position for message in said if message.role == "user" and message.text == question]
    return places[-1] + 1 if places else None


def _find_answer(said: Sequence[KeptMessage], index: int | None) -> KeptMessage:
    answers = [message for message in said if message.role == "assistant" and not is_owners(message)]
    chosen = answers[-1:] if index is None else [message for message in said[index : index + 1] if message in answers]
    if not chosen:
        raise InvalidRequest(fields=[InvalidField(field="message", message="There is no answer of the twin's")])
    return chosen[0]
