"""Memory: begin the next turn of a session; read, delete and import sessions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, exists, or_, select

from ..errors import KeyInUse, KeyReused, SessionBusy
from ..settings import Settings
from ..stores import Database, Databases
from ..stores.desk_tables import conversations
from ..stores.tables import clean, leases, sessions
from ..stores.word_index import index_messages
from . import holds, numbers, store
from .exchange import Exchange
from .lease import SESSION_BUSY_SECONDS, Lease, Leases
from .remembered import RememberedExchange, SessionState
from .session_ids import parse_session_id
from .store import KeptMessage, KeptSession, KeptTurn

SESSION_WAIT_SECONDS = 10.0  # for which a message waits until the session's turn under way has ended
LEASE_POLL_SECONDS = 0.05
DELETED_AT_ONCE = 100  # sessions in one transaction
DEAD_LEASE_SECONDS = 60.0  # for which an ended lease may still tell a waiting turn of a deletion
IDS_AT_ONCE = 500  # ids of sessions read at once
KEY_SECONDS = 24 * 3_600  # for which an idempotency key is remembered


@dataclass(frozen=True)
class Conversation:
    """A session and all its messages."""

    session: KeptSession
    messages: Sequence[KeptMessage]


class Memory:
    """The sessions that are remembered, for one process."""

    def __init__(self, settings: Settings, databases: Databases) -> None:
        """Connect to nothing yet; raises StartError where nothing can be kept."""
        self.database: Database = databases.open("memory")
        self._leases = Leases(self.database)
        self._summarises = settings.memory_summary
        self.has_traces = False  # whether this process deleted what may still be read in the file

    def open(
        self, question: str, session_id: str, key: str | None = None, *, patience: float = SESSION_WAIT_SECONDS
    ) -> Exchange:
        """Begin the next turn of a session when the one before has ended; the caller closes the exchange.

        `key` is the message's idempotency key (draft-ietf-httpapi-idempotency-key-header). Raises KeyInUse and
        KeyReused, SessionBusy after `patience` seconds, and StoreUnavailable. An id that is no UUID is not
        remembered.
        """
        session = parse_session_id(session_id)
        if session is None:
            return Exchange(question)
        lease = Lease(session, key, _digest(question) if key else None)
        began = time.monotonic()
        try:
            while (exchange := self.database.run(partial(self._try, lease, question, began), durable=False)) is None:
                if time.monotonic() - began > patience:
                    raise SessionBusy(retry_after=SESSION_BUSY_SECONDS)
                time.sleep(LEASE_POLL_SECONDS)
        except BaseException:
            self._leases.forget(lease)  # the row may exist after a failure half-way; then the lease expires
            raise
        return exchange

    def speak(
        self,
        session: UUID,
        text: str,
        patience: float,
        *,
        question: str | None = None,
        also: Callable[[Connection, float], None] = lambda _connection, _now: None,
    ) -> None:
        """Store the owner's words in person in a session, once the answer in flight is finished.

        With the question that they answer, where that was not the last message. `also` is called in the transaction,
        with the instant of the words, in seconds since 1970. Raises SessionBusy and StoreUnavailable.
        """
        exchange = self.open("", str(session), patience=patience)
        assert isinstance(exchange, RememberedExchange)
        with closing(exchange):
            exchange.record_owner(text, question, also)

    def fetch(self, session_id: str) -> Conversation | None:
        """Return a session's conversation, or None; raises StoreUnavailable."""
        key = parse_session_id(session_id)
        return None if key is None else self.database.run(partial(_fetch, session_id=key))

    def delete(self, session_id: str) -> bool:
        """Delete a session, and return whether it existed; a turn under way or waiting there will not be stored.

        Raises StoreUnavailable.
        """
        key = parse_session_id(session_id)
        if key is None or not self.database.run(partial(_is_known, session_id=key)):
            return False  # so that made-up ids take no write lock
        self.has_traces |= (was_there := self.database.transact(partial(self._delete, key)))
        return was_there

    def insert(self, conversation: Conversation) -> bool:
        """Insert a conversation; return False where its session exists already. Raises StoreUnavailable."""
        session = conversation.session

        def write(connection: Connection) -> bool:
            row = self.database.insert(sessions).values(**asdict(session)).on_conflict_do_nothing()
            if connection.scalar(row.returning(sessions.c.id)) is None:
                return False
            store.insert_messages(connection, session.id, conversation.messages)
            numbers.number_session(connection, session, read_until=session.next_position)
            numbers.count_marks(connection, session.id, conversation.messages)
            index_messages(connection, session.id, [(each.position, each.text) for each in conversation.messages])
            return True

        return self.database.transact(write)

    def fetch_all(self) -> Iterator[Conversation]:
        """Yield every conversation."""
        last = None
        while batch := self.database.run(partial(store.list_ids, after=last, count=IDS_AT_ONCE)):
            for last in batch:
                if kept := self.database.run(partial(_fetch, session_id=last)):
                    yield kept

    def check(self) -> None:
        """Raise StoreUnavailable where the database does not answer."""
        self.database.check()

    def delete_unused_batch(self, since: float) -> int:
        """Delete up to DELETED_AT_ONCE sessions unused since an instant, and return how many; 0 when none is left.

        Raises StoreUnavailable.
        """

        def delete(connection: Connection) -> int:
            unused = store.list_unused(connection, since, DELETED_AT_ONCE)
            self._leases.revoke(connection, unused)  # waits for turns that end at this moment
            return _delete_all(connection, store.lock_unused(connection, since, unused))

        return self.database.transact(delete)

    def forget_leases(self) -> None:
        """Delete the leases of dead processes and deleted sessions once no turn needs them; raises StoreUnavailable."""
        self.database.run(partial(self._leases.delete_dead, seconds=DEAD_LEASE_SECONDS))

    def _delete(self, session_id: UUID, connection: Connection) -> bool:
        is_marked = self._leases.revoke(connection, [session_id])
        was_there = _delete_all(connection, [session_id]) == 1
        if was_there and not is_marked:
            self._leases.mark_deleted(connection, session_id)
        return was_there

    def _try(self, lease: Lease, question: str, began: float, connection: Connection) -> Exchange | None:
        """Begin the turn, or repeat its stored answer; return None while another turn is under way."""
        before = self._find_turn(connection, lease)
        if before and _digest(before.question.text) != lease.question:
            raise KeyReused
        if before and before.answer.finish_reason != "interrupted":
            return Exchange(question, kept=before.answer)
        holder = self._leases.take(connection, lease, time.monotonic() - began)
        if holder is None and self._find_turn(connection, lease) == before:
            return self._begin(connection, lease, question, before)
        if holder is None:  # a turn with our key has ended since we looked: look again
            self._leases.end(connection, lease)
            self._leases.forget(lease)
        elif lease.key is not None and holder.key == lease.key:
            raise KeyInUse(retry_after=SESSION_BUSY_SECONDS) if holder.question == lease.question else KeyReused()
        return None

    def _find_turn(self, connection: Connection, lease: Lease) -> KeptTurn | None:
        if lease.key is None:
            return None
        return store.find_turn(connection, lease.session_id, lease.key, since=time.time() - KEY_SECONDS)

    def _begin(
        self, connection: Connection, lease: Lease, question: str, interrupted: KeptTurn | None
    ) -> RememberedExchange:
        session = store.fetch_session(connection, lease.session_id)
        messages = store.fetch_messages(connection, session.id, session.window_start) if session else []
        is_held = holds.is_held(connection, self.database, lease.session_id)
        found = SessionState(session, messages, interrupted, is_held=is_held)
        return RememberedExchange(question, lease, self._leases, self.database, found, summarises=self._summarises)


def _digest(question: str) -> str:
    return sha256(clean(question).encode()).hexdigest()


def _is_known(connection: Connection, session_id: UUID) -> bool:
    """Return whether a session has messages, a number on the desk, or a turn under way."""
    keys = (sessions.c.id, conversations.c.session_id, leases.c.session_id)
    return bool(connection.scalar(select(or_(*(exists().where(key == session_id) for key in keys)))))


def _delete_all(connection: Connection, session_ids: Sequence[UUID]) -> int:
    """Delete sessions with their messages and what the desk keeps of them, and return how many."""
    numbers.delete_numbers(connection, session_ids)
    return store.delete_sessions(connection, session_ids)


def _fetch(connection: Connection, session_id: UUID) -> Conversation | None:
    session = store.fetch_session(connection, session_id)
    messages = store.fetch_messages(connection, session_id)
    return Conversation(session, messages) if session and messages else None  # it may be deleted meanwhile
