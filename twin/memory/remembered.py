"""An exchange in a session that is remembered."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ..errors import SessionBusy, StoreUnavailable
from ..llm.messages import ChatMessages
from ..stores import Database
from ..stores.word_index import delete_messages, index_messages
from ..text.tokens import estimate_tokens
from . import numbers, store, summary, window
from .annotations import Annotations
from .exchange import Exchange, GivenAnswer, SummaryRequest
from .lease import SESSION_BUSY_SECONDS, Lease, Leases
from .store import KeptMessage, KeptSession, KeptTurn
from .transcript import introduce_owner, is_owners, write_chat

SUMMARY_SECONDS = 120.0  # for which no other process asks for a summary of the same session


@dataclass(frozen=True)
class SessionState:
    """The stored state of a session when a message arrives; the `interrupted` turn with the same key gets replaced."""

    session: KeptSession | None = None
    messages: Sequence[KeptMessage] = ()
    interrupted: KeptTurn | None = None
    is_held: bool = False  # the owner answers


class RememberedExchange(Exchange):
    """An exchange in a remembered session; this process has the lease until `record` or `close`."""

    def __init__(
        self,
        question: str,
        lease: Lease,
        leases: Leases,
        database: Database,
        found: SessionState,
        *,
        summarises: bool,
    ) -> None:
        super().__init__(question)
        self._lease = lease
        self._leases = leases
        self._database = database
        self._replaced = found.interrupted
        self._is_new = found.session is None
        self._is_held = found.is_held
        self._session = found.session or KeptSession(lease.session_id, self._asked_at, self._asked_at)
        self._shown = window.drop_unshown([message for message in found.messages if not self._is_replaced(message)])
        self._summarises = summarises
        self._max_tokens = 0
        self._has_ended = self._is_recorded = False

    def compose(self, max_tokens: int) -> ChatMessages:
        """Return the chat after the system message, of at most `max_tokens` beside the question.

        It begins with notes of the part of the conversation that does not fit, and ends with the question.
        """
        self._max_tokens = max_tokens
        room = max_tokens - estimate_tokens(self._question)
        notes = summary.introduce(self._session.summary) + introduce_owner(self._shown)
        if estimate_tokens(notes) > room:
            notes = ""
        self._shown = self._shown[window.find_start(self._shown, room - estimate_tokens(notes), max_tokens) :]
        chat = write_chat(self._shown, self._question)
        chat[0]["content"] = notes + chat[0]["content"]
        return chat

    def list_said(self) -> list[str]:
        """Return the texts that an answer may repeat: the visitor's, and whole answers with nothing unsupported."""
        return [message.text for message in self._shown if message.role == "user" or _is_supported(message)]

    def record(self, said: GivenAnswer) -> None:
        """Store question and answer in one transaction, which ends the lease; in a file not waiting for the disk.

        Raises StoreUnavailable, and SessionBusy where another message took this one's place or the session was
        deleted; then nothing is stored.
        """
        position, now = self._session.next_position, time.time()
        asked_at = (
            now if self._is_held else self._asked_at
        )  # of messages that came at once, the order is that of places
        question = KeptMessage(position, "user", self._question, asked_at, self._lease.key)
        self._write([question, said.to_message(position + 1, now)], self._want_owner if self._is_held else None)

    def record_owner(self, text: str, question: str | None, also: Callable[[Connection, float], None]) -> None:
        """Store the owner's words in person, after the question that they answer, if it was not asked just now.

        `also` is called in the transaction, with the instant of the words. Raises as `record` does.
        """
        position, now = self._session.next_position, time.time()
        last = next((message.text for message in reversed(self._shown) if message.role == "user"), None)
        said = []
        if question is not None and question != last:
            said.append(KeptMessage(position, "user", question, now))
        notes = Annotations(speaker="owner").dump()
        said.append(KeptMessage(position + len(said), "assistant", text, now, finish_reason="stop", annotations=notes))
        self._write(said, lambda connection: also(connection, now))

    def _want_owner(self, connection: Connection) -> None:
        numbers.want_owner(connection, self._lease.session_id, time.time())

    def _write(self, said: Sequence[KeptMessage], also: Callable[[Connection], None] | None) -> None:
        """Store messages in one transaction, which ends the lease; raises StoreUnavailable and SessionBusy."""
        position = self._session.next_position
        now = said[-1].created_at
        session = replace(self._session, updated_at=now, next_position=position + len(said))
        start = self._shown[0].position if self._shown else position

        def write(connection: Connection) -> None:
            if not self._leases.end(connection, self._lease):
                raise SessionBusy(retry_after=SESSION_BUSY_SECONDS)
            keep = store.begin_session if self._is_new else store.continue_session
            if not keep(connection, session):
                raise SessionBusy(retry_after=SESSION_BUSY_SECONDS)
            if self._is_new:
                numbers.number_session(connection, session)
            if self._replaced:
                store.delete_turn(connection, session.id, self._replaced)
                replaced = (self._replaced.question.position, self._replaced.answer.position)
                delete_messages(connection, session.id, replaced)
            if start > session.window_start:
                store.move_window(connection, session.id, start)
            store.insert_messages(connection, session.id, said)
            numbers.count_marks(connection, session.id, said)
            index_messages(connection, session.id, [(each.position, each.text) for each in said])
            if also:
                also(connection)

        self._database.transact(write, durable=False)
        self._end()
        self._is_recorded = True
        self._session = session
        self._shown = window.drop_unshown([*self._shown, *said])

    @property
    def is_held(self) -> bool:
        """Whether the owner held the conversation when this process got the lease."""
        return self._is_held

    def list_owners(self) -> list[str]:
        """Return the owner's words in person, of what is shown to the model."""
        return [message.text for message in self._shown if is_owners(message)]

    @property
    def is_first(self) -> bool:
        """Whether the exchange began the session, and is stored."""
        return self._is_new and self._is_recorded

    @property
    def is_summary_due(self) -> bool:
        """Whether messages have left the window, or soon will: it is three quarters full. Reads no database."""
        was_shown = self._max_tokens > 0  # false where the owner's answer was given without the model
        return (
            self._summarises
            and self._is_recorded
            and was_shown
            and self._find_summary_end() > self._session.summary_end
        )

    def request_summary(self) -> SummaryRequest | None:
        """Return the request, and keep other processes from one for SUMMARY_SECONDS; None while another makes one.

        Raises StoreUnavailable.
        """
        session, end = self._session, self._find_summary_end()

        def claim(connection: Connection) -> list[KeptMessage]:
            if not store.claim_summary(connection, session, self._database.now, SUMMARY_SECONDS):
                return []
            return store.fetch_messages(connection, session.id, session.summary_end, end)

        fallen = window.drop_unshown(self._database.run(claim))
        fallen = fallen[window.find_start(fallen, self._max_tokens, 2 * self._max_tokens) :]
        return SummaryRequest(summary.write_request(session.summary, fallen), end) if fallen else None

    def _find_summary_end(self) -> int:
        """Return the position before which all messages belong in a summary."""
        notes = estimate_tokens(summary.introduce(self._session.summary))
        start = window.find_start(self._shown, self._max_tokens * 3 // 4 - notes, self._max_tokens)
        return self._shown[start].position if start < len(self._shown) else self._session.next_position

    def keep_summary(self, request: SummaryRequest, text: str) -> None:
        """Store the summary, and move the window, unless another summary was faster; raises StoreUnavailable."""
        session, short = self._session, summary.shorten(text, self._max_tokens // 4)
        if not short:
            return

        def write(connection: Connection) -> None:
            if store.save_summary(connection, session, short, request.end):
                store.move_window(connection, session.id, request.end)

        self._database.transact(write, durable=False)

    def close(self) -> None:
        """End the lease, unless `record` did; where the database is down, the lease expires."""
        try:
            if not self._has_ended:
                end = self._leases.leave if self._is_new else self._leases.end  # a new session has no other row
                with suppress(StoreUnavailable):
                    self._database.run(lambda connection: end(connection, self._lease), durable=False)
        finally:
            self._end()

    def _end(self) -> None:
        self._has_ended = True
        self._leases.forget(self._lease)

    def _is_replaced(self, message: KeptMessage) -> bool:
        return self._replaced is not None and message in (self._replaced.question, self._replaced.answer)


def _is_supported(message: KeptMessage) -> bool:
    """Return whether an answer was looked through to its end, and nothing in it was unsupported."""
    notes = Annotations.load(message.annotations)
    return message.finish_reason == "stop" and not notes.unsupported and notes.grounded is None
