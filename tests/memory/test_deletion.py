"""A deleted session is gone, whatever happens at the same moment."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, delete, text, update

from twin.errors import SessionBusy, StoreUnavailable
from twin.memory import Conversation, GivenAnswer, Housekeeping, KeptMessage, KeptSession, Memory
from twin.memory.housekeeping import vacuum_apart
from twin.memory.lease import Lease, Leases
from twin.memory.summary import shorten
from twin.settings import Settings
from twin.stores import Databases
from twin.stores.tables import leases, sessions

from ..support.scripted_model import ScriptedModel, answers, later, waits_for
from ..support.service import Service, wait_until
from ..support.sessions import is_summary
from ..support.stores import PostgresServer

SAID = GivenAnswer("An answer", "stop", "persona")


@pytest.fixture
def memory(database_url: str, tmp_path: Path) -> Iterator[Memory]:
    """Memory on an empty database, without a service."""
    memory = Memory(Settings(memory=True), Databases(database_url, tmp_path))
    yield memory
    memory.database.close()


@pytest.mark.parametrize("is_first", [True, False], ids=["first turn", "later turn"])
def test_a_turn_that_ends_while_its_session_is_deleted_leaves_nothing(
    remembering: Service, model: ScriptedModel, is_first: bool
) -> None:
    def chat_and_delete(number: int) -> tuple[int, int, int]:
        session = str(uuid4())
        if not is_first:
            assert remembering.chat("Before", session_id=session).status_code == 200
        with ThreadPoolExecutor(1) as pool:
            chat = pool.submit(remembering.chat, f"Question {session}", session_id=session)
            wait_until(lambda: session in str(model.requests[:]))
            deleted = remembering.http.delete(f"/sessions/{session}").status_code
            end = chat.result().status_code
        return end, deleted, remembering.http.get(f"/sessions/{session}").status_code

    model.otherwise = later(0.01, answers())
    with ThreadPoolExecutor(6) as pool:
        ends = Counter(pool.map(chat_and_delete, range(60)))
    assert ends.keys() <= {(200, 204, 404), (409, 204, 404)}


def test_who_waits_is_told_although_another_message_came_after_the_deletion(memory: Memory) -> None:
    leases = Leases(memory.database)
    session = uuid4()
    first, waiting, third = (Lease(session) for _ in range(3))
    take = lambda lease, waited: memory.database.run(lambda link: leases.take(link, lease, waited))  # noqa: E731
    assert take(first, 0.0) is None
    assert take(waiting, 0.0) == first
    assert not memory.delete(str(session)), "nothing was said in it yet"
    assert take(third, 0.0) is None
    for _ in range(2):  # while the third is being answered, and after
        with pytest.raises(SessionBusy):
            take(waiting, 60.0)
        memory.database.run(lambda link: leases.end(link, third))
    assert not memory.database.run(lambda link: leases.end(link, first))
    assert take(Lease(session), 0.0) is None


def test_who_waits_is_told_although_nothing_was_said_before_the_deletion(memory: Memory) -> None:
    leases = Leases(memory.database)
    session = uuid4()
    failing, waiting = memory.open("First", str(session)), Lease(session)
    assert memory.database.run(lambda link: leases.take(link, waiting, 0.0))
    failing.close()
    assert not memory.delete(str(session))
    with pytest.raises(SessionBusy):
        memory.database.run(lambda link: leases.take(link, waiting, 60.0))


def test_who_deletes_an_unknown_session_waits_for_no_writer(tmp_path: Path) -> None:
    memory = Memory(Settings(memory=True), Databases(None, tmp_path))
    memory.check()
    with closing(sqlite3.connect(tmp_path / "memory.db")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert not memory.delete(str(uuid4()))
    memory.database.close()


def test_what_is_deleted_is_erased_at_the_next_look(tmp_path: Path) -> None:
    memory = Memory(Settings(memory=True), Databases(None, tmp_path))
    housekeeping = Housekeeping(memory, retention_days=0)
    housekeeping.look()
    sessions = [uuid4() for _ in range(200)]
    for session in sessions:
        said = [KeptMessage(0, "user", f"zyxomma {session} " * 9, 0.0)]
        assert memory.insert(Conversation(KeptSession(session, 0.0, 0.0, 1), said))
    for session in sessions:
        assert memory.delete(str(session))
    housekeeping.look()
    assert not [path for path in tmp_path.iterdir() if b"zyxom" in path.read_bytes()]
    memory.database.close()


def test_what_is_too_old_is_not_brought_back_by_a_turn_that_was_under_way(memory: Memory) -> None:
    session = str(uuid4())
    for number in range(2):
        exchange = memory.open(f"Question {number}", session)
        exchange.compose(1_000)
        if number:
            assert Housekeeping(memory, retention_days=1).delete_unused(math.inf) == 1
            with pytest.raises(SessionBusy):
                exchange.record(SAID)
        else:
            exchange.record(SAID)
        exchange.close()
    assert memory.fetch(session) is None


def test_housekeeping_goes_on_after_the_database_was_away(memory: Memory, execute: Callable[[str], Any]) -> None:
    session, housekeeping = uuid4(), Housekeeping(memory, retention_days=1)
    assert memory.insert(Conversation(KeptSession(session, 0.0, 0.0), [KeptMessage(0, "user", "Hi", 0.0)]))
    execute("ALTER TABLE sessions RENAME TO away")
    with pytest.raises(StoreUnavailable):
        housekeeping.look()
    execute("ALTER TABLE away RENAME TO sessions")

    def is_deleted() -> bool:
        with suppress(StoreUnavailable):
            housekeeping.look()
            return memory.fetch(str(session)) is None
        return False

    wait_until(is_deleted)


def test_where_no_process_can_be_started_the_log_says_what_is_left(caplog: pytest.LogCaptureFixture) -> None:
    vacuum_apart(Path("no/" * 100_000))
    # Alone: a lease that another test left is renewed beside this one, and logs that its database is gone.
    (message,) = (record.getMessage() for record in caplog.records if record.name == "twin.memory.housekeeping")
    assert message.endswith("until tomorrow: Argument list too long")


def test_a_session_that_is_used_while_the_old_are_deleted_stays(postgres: PostgresServer, tmp_path: Path) -> None:
    url, session, long_ago = postgres.make_database(), uuid4(), time.time() - 86_400
    memory = Memory(Settings(memory=True), Databases(url, tmp_path))
    assert memory.insert(Conversation(KeptSession(session, 0.0, long_ago), [KeptMessage(0, "user", "Hi", long_ago)]))
    exchange, engine = memory.open("Still there?", str(session)), create_engine(url)
    with engine.connect() as turn, engine.connect() as others, ThreadPoolExecutor(1) as pool:
        others.execution_options(isolation_level="AUTOCOMMIT")  # to see what is new
        turn.execute(delete(leases))  # as the turn's end does
        deleted = pool.submit(memory.delete_unused_batch, long_ago + 1)
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = :name")
        wait_until(lambda: others.scalar(waiting, {"name": engine.url.database}))
        turn.execute(update(sessions).values(updated_at=time.time()))
        turn.commit()
        assert deleted.result() == 0
    exchange.close()
    assert memory.fetch(str(session))
    engine.dispose()
    memory.database.close()


def test_a_refused_value_is_no_reason_to_leave_the_database_alone(memory: Memory) -> None:
    session = str(uuid4())
    exchange = memory.open("Question", session)
    exchange.compose(1_000)
    now = time.time()
    conversation = Conversation(KeptSession(UUID(session), now, now), [KeptMessage(0, "user", "From elsewhere", now)])
    assert memory.insert(conversation)
    with pytest.raises(StoreUnavailable):
        exchange.record(SAID)
    exchange.close()
    memory.check()
    assert memory.open("Another", str(uuid4())).compose(1_000)


def test_a_summary_of_what_was_deleted_is_not_kept(summarising: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    release = threading.Event()
    model.asked["You keep notes"] = waits_for(release, answers("The secret is xyzzy."))
    for number in range(12):
        assert summarising.chat(f"Question {number} " + "why " * 20, session_id=session).status_code == 200
    wait_until(lambda: any(map(is_summary, model.requests)))
    assert summarising.http.delete(f"/sessions/{session}").status_code == 204
    summarising.chat("New", session_id=session)
    release.set()
    model.asked.clear()
    for number in range(12):  # until there is a summary of the new one, and so an end of the old
        summarising.chat(f"Question {number} " + "why " * 20, session_id=session)
    wait_until(lambda: summarising.http.get(f"/sessions/{session}/export").json()["summary"])
    assert "xyzzy" not in summarising.http.get(f"/sessions/{session}/export").text
    assert "xyzzy" not in str([request for request in model.requests if "New" in str(request)])


def test_a_question_without_an_answer_from_elsewhere_is_asked(memory: Memory) -> None:
    session, now = uuid4(), time.time()
    said = [KeptMessage(number, "user", "Hi", now, "1") for number in range(2)]
    assert memory.insert(Conversation(KeptSession(session, now, now, next_position=2), said))
    exchange = memory.open("Hi", str(session), "1")
    assert exchange.kept is None
    exchange.close()


@pytest.mark.parametrize(
    ("summary", "most", "expected"),
    [
        ("one two three", 100, "one two three"),
        ("word " * 400, 10_000, " ".join(["word"] * 300)),
        ("one two three four", 2, "one two"),
        ("\u4e00" * 300, 100, "\u4e00" * 133),
        ("", 100, ""),
    ],
)
def test_notes_are_cut_whatever_the_script(summary: str, most: int, expected: str) -> None:
    assert shorten(summary, most) == expected
