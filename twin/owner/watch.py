"""The watch of one process: what visitors await from the owner, found by one query a second for all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Condition, Thread
from uuid import UUID

from sqlalchemy import Connection, func, select

from ..errors import NotFound, Overloaded, StoreUnavailable
from ..memory import KeptMessage, parse_session_id
from ..memory.store import fetch_messages
from ..memory.transcript import is_owners
from ..stores import Database
from ..stores.desk_tables import conversations, owner_questions
from ..stores.tables import sessions
from ..system.threads import start_thread
from .dossier import AskedQuestion, fetch_questions

MAX_WATCHED = 200  # streams of one process; the pages of others ask every 5 seconds
RETRY_SECONDS = 5  # after which such a page asks
LOOK_SECONDS = 1.0

row, asked = conversations.c, owner_questions.c


@dataclass(frozen=True)
class Awaited:
    """What a visitor awaits: an answer of the owner, who holds the conversation until then; or to open questions."""

    held_until: float | None  # seconds since 1970
    open_questions: int

    @property
    def is_something(self) -> bool:
        """Whether anything is awaited."""
        return self.held_until is not None or self.open_questions > 0


@dataclass(frozen=True)
class Spoken:
    """The owner's words, with their place among the session's messages, from 0."""

    index: int
    message: KeptMessage


@dataclass(frozen=True)
class Answered:
    """The owner's answer to a question."""

    question: AskedQuestion


News = Awaited | Spoken | Answered


@dataclass(frozen=True)
class _State:
    """The state of one watched session; a change of it is news."""

    number: int
    awaited: Awaited
    next_position: int
    answered: int


class _Watcher:
    """One stream: what it was told, and what it is still to be told."""

    def __init__(self, session: UUID, after: int | None) -> None:
        self.session = session
        self.after = after  # the index of the last message that the page knows; None: it knows the visitor's last one
        self.told: _State | None = None
        self.answered: set[int] | None = None  # ids of questions whose answers it knows
        self.news: SimpleQueue[News] = SimpleQueue()


class Watch:
    """The watched sessions of one process, and the thread that looks after them while there are any."""

    def __init__(self, database: Database) -> None:
        """Connect to nothing yet."""
        self._database = database
        self._watchers: list[_Watcher] = []
        self._changed = Condition()
        self._thread: Thread | None = None
        self._is_closed = False

    def follow(self, session_id: str, after: int | None) -> Iterator[News | None]:
        """Return the news of a session, with None for each second of silence, until nothing is awaited any more.

        The first is what is awaited. `after` is the index of the last message that the page knows. Raises NotFound for
        an id that is no session's, Overloaded above MAX_WATCHED, and StoreUnavailable.
        """
        session = parse_session_id(session_id)
        if session is None:
            raise NotFound
        watcher = _Watcher(session, after)
        if len(self._watchers) >= MAX_WATCHED:
            raise Overloaded(retry_after=RETRY_SECONDS)
        self._database.run(partial(self._look, [watcher]))
        return self._tell(watcher)

    def close(self) -> None:
        """End all streams within a second, and begin no other; safe in a signal handler."""
        self._is_closed = True

    def _tell(self, watcher: _Watcher) -> Iterator[News | None]:
        with self._changed:  # not before the first event is asked for: a stream that never begins never ends
            if self._thread is None:
                self._thread = start_thread(self._look_for_ever)
            self._watchers.append(watcher)
            self._changed.notify()
        try:
            while not self._is_closed:
                try:
                    news = watcher.news.get(timeout=LOOK_SECONDS)
                except Empty:
                    yield None
                    continue
                yield news
                if isinstance(news, Awaited) and not news.is_something:
                    return
        finally:
            with self._changed:
                self._watchers.remove(watcher)

    def _look_for_ever(self) -> None:
        while not self._is_closed:
            with self._changed:
                self._changed.wait_for(lambda: self._watchers)
                watched = list(self._watchers)
            with suppress(StoreUnavailable):  # which is logged; the streams stay
                self._database.run(partial(self._look, watched), durable=False)
            time.sleep(LOOK_SECONDS)

    def _look(self, watched: list[_Watcher], connection: Connection) -> None:
        states = self._fetch_states(connection, {watcher.session for watcher in watched})
        for watcher in watched:
            state = states.get(watcher.session)
            if state is None:  # no such session, or it was deleted
                watcher.news.put(Awaited(None, 0))
            elif state != watcher.told:
                self._report(connection, watcher, state)

    def _fetch_states(self, connection: Connection, watched: set[UUID]) -> dict[UUID, _State]:
        of_it = asked.conversation == row.number
        waiting = select(func.count()).where(of_it, asked.answered_at.is_(None)).scalar_subquery()
        answered = select(func.count(asked.answered_at)).where(of_it).scalar_subquery()
        held = (row.held_until > self._database.now).label("is_held")
        query = select(row.session_id, row.number, row.held_until, held, sessions.c.next_position, waiting, answered)
        query = query.outerjoin_from(conversations, sessions, sessions.c.id == row.session_id)
        found = connection.execute(query.where(row.session_id.in_(watched)))
        return {
            session: _State(number, Awaited(until if is_held else None, open_ones), position or 0, done)
            for session, number, until, is_held, position, open_ones, done in found
        }

    def _report(self, connection: Connection, watcher: _Watcher, state: _State) -> None:
        """Put into a stream what is new since its last report: words and answers first, then what is awaited still."""
        told, watcher.told = watcher.told, state
        if told is None or state.next_position != told.next_position:
            self._report_words(connection, watcher)
        if told is None or state.answered != told.answered:
            answered = [each for each in fetch_questions(connection, state.number) if each.answered_at is not None]
            for each in answered:
                if watcher.answered is None or each.id in watcher.answered:
                    continue
                watcher.news.put(Answered(each))
            watcher.answered = {each.id for each in answered}
        if told is None or state.awaited != told.awaited:
            watcher.news.put(state.awaited)

    def _report_words(self, connection: Connection, watcher: _Watcher) -> None:
        said = fetch_messages(connection, watcher.session)
        if watcher.after is None:
            watcher.after = max((index for index, each in enumerate(said) if each.role == "user"), default=-1)
        for index in range(watcher.after + 1, len(said)):
            if is_owners(said[index]) and said[index].finish_reason != "held":
                watcher.news.put(Spoken(index, said[index]))
        watcher.after = max(watcher.after, len(said) - 1)
