"""Answer once: the owner's words go to the visitor who asked, into what the twin answers, and into the eval file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection, delete, exists, select, update

from ..errors import InvalidField, InvalidRequest, NotFound, StartError
from ..gaps import Gaps, NewAnswer, TakenBack, store_answers
from ..stores.desk_tables import conversations, owner_questions
from ..stores.tables import gap_answers, messages
from ..stores.word_index import delete_messages
from .own_cases import remove_cases
from .publication import Draft, add_new_cases, prepare_answers

if TYPE_CHECKING:
    from ..runtime import Runtime

SLACK_SECONDS = 10.0  # that an answer in flight may take beyond its deadline

row, asked = conversations.c, owner_questions.c


@dataclass(frozen=True)
class _Question:
    """A visitor's question, with its session and what was done about it."""

    id: int
    conversation: int
    session: UUID
    question: str
    answer: str | None
    batch: int | None


class Answering:
    """What the owner answers for good; every method raises StoreUnavailable."""

    def __init__(self, runtime: Runtime) -> None:
        """Connect to nothing yet; there must be a memory."""
        assert runtime.memory is not None
        assert runtime.answers is not None
        self._memory, self._answers, self._briefings = runtime.memory, runtime.answers, runtime.briefings
        self._gaps = Gaps(runtime.databases)
        self._patience = runtime.settings.chat_deadline + SLACK_SECONDS

    def answer_question(self, question_id: int, text: str, wording: str | None) -> int:
        """Answer a visitor's question, and return its conversation; the same answer again changes nothing.

        With a `wording` the twin gives the answer word for word to whoever asks that. The visitor gets it once an
        answer in flight is finished. Raises NotFound, InvalidRequest where it has another answer by now or faq.jsonl
        has, SessionBusy where the answer in flight does not end.
        """
        found = self._find(question_id)
        if found.answer == text:  # of an attempt that nobody heard the end of
            self._complete(self._fetch_cases(found.batch))
            return found.conversation
        new = self._prepare(text, wording) if wording else []

        def write(connection: Connection, now: float) -> None:
            change = update(owner_questions).where(asked.id == question_id, asked.answered_at.is_(None))
            batch = store_answers(connection, new) if new else None
            values = {"answer": text, "answered_at": now, "draft": None, "batch": batch}
            if not connection.execute(change.values(values)).rowcount:
                raise _refuse("It has an answer already")
            waits = exists().where(asked.conversation == found.conversation, asked.answered_at.is_(None))
            settle = update(conversations).where(row.number == found.conversation, ~waits)
            connection.execute(settle.values(needs_owner_since=None))

        try:
            self._memory.speak(found.session, text, self._patience, question=found.question, also=write)
        except InvalidRequest:
            if self._find(question_id).answer != text:  # or it was sent twice
                raise
        self._complete([each.eval_case for each in new])
        return found.conversation

    def answer_gap(self, gap_id: int, text: str) -> None:
        """Answer a question that the twin did not know; raises NotFound, and InvalidRequest as above."""
        gaps = [gap for gap in self._gaps.fetch_all() if gap.id == gap_id]
        if not gaps:
            raise NotFound
        new = self._prepare_draft(Draft(tuple(gaps), (), text))
        self._answers.publish(new)
        self._gaps.delete([gap.id for gap in gaps])  # one that the file answers already
        self._complete([each.eval_case for each in new])

    def undo_question(self, question_id: int) -> int:
        """Take an answer back, and return the number of its conversation: the question waits again, with a draft.

        What the visitor has seen stays in the conversation. Raises NotFound where there is no answer.
        """
        found = self._find(question_id)
        if found.answer is None:
            raise NotFound
        taken = self._memory.database.transact(partial(self._reopen, found))
        remove_cases([each.eval_case for each in taken if each.eval_case])
        return found.conversation

    def undo_last(self) -> list[TakenBack]:
        """Take the last answer to gaps back, unless it went to a visitor too; raises NotFound where there is none."""
        last = select(gap_answers.c.batch).order_by(gap_answers.c.batch.desc()).limit(1)

        def take_back(connection: Connection) -> list[TakenBack]:
            batch = connection.scalar(last)
            if batch is None or connection.scalar(select(asked.id).where(asked.batch == batch)) is not None:
                raise NotFound
            return self._answers.take_back(connection, batch)

        taken = self._memory.database.transact(take_back)
        remove_cases([each.eval_case for each in taken if each.eval_case])
        return taken

    def _prepare(self, text: str, wording: str) -> list[NewAnswer]:
        return self._prepare_draft(Draft(tuple(self._gaps.find_same(wording)), (), text, wording))

    def _prepare_draft(self, draft: Draft) -> list[NewAnswer]:
        try:
            return prepare_answers(self._briefings.read(), [draft])
        except StartError as fault:
            raise _refuse(str(fault)) from fault

    def _complete(self, cases: list[str | None]) -> None:
        add_new_cases([NewAnswer((), "", case) for case in cases])

    def _find(self, question_id: int) -> _Question:
        columns = (asked.id, asked.conversation, row.session_id, asked.question, asked.answer, asked.batch)
        query = select(*columns).join(conversations, row.number == asked.conversation).where(asked.id == question_id)
        found = self._memory.database.run(lambda connection: connection.execute(query).one_or_none())
        if found is None:
            raise NotFound
        return _Question(*found)

    def _fetch_cases(self, batch: int | None) -> list[str | None]:
        query = select(gap_answers.c.eval_case).where(gap_answers.c.batch == batch)
        return self._memory.database.run(lambda connection: list(connection.scalars(query)))

    def _reopen(self, found: _Question, connection: Connection) -> list[TakenBack]:
        query = select(asked.answered_at, asked.seen_at).where(asked.id == found.id, asked.answered_at.is_not(None))
        given = connection.execute(query.with_for_update()).one_or_none()
        if given is None:
            raise NotFound
        if given.seen_at is None:
            of_it = (messages.c.session_id == found.session) & (messages.c.created_at == given.answered_at)
            positions = list(connection.scalars(select(messages.c.position).where(of_it)))
            delete_messages(connection, found.session, positions)
            connection.execute(delete(messages).where(of_it))
        values = {"draft": found.answer, "answer": None, "answered_at": None, "seen_at": None, "batch": None}
        connection.execute(update(owner_questions).where(asked.id == found.id).values(values))
        change = update(conversations).where(row.number == found.conversation)
        connection.execute(change.values(needs_owner_since=self._memory.database.now))
        return self._answers.take_back(connection, found.batch) if found.batch is not None else []


def _refuse(reason: str) -> InvalidRequest:
    return InvalidRequest(fields=[InvalidField(field="answer", message=reason.rstrip("."))])
