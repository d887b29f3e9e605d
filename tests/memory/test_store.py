"""The database: its tables, its outages, and traces of deleted rows."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, func, select, text

from twin.budget import Budget
from twin.errors import StoreUnavailable
from twin.memory import Memory
from twin.memory.vacuum import vacuum
from twin.settings import Settings
from twin.stores import Database, Databases
from twin.stores.engines import UNUSED_SECONDS
from twin.stores.revisions import MIGRATIONS
from twin.stores.tables import REVISION, metadata

from ..support.scripted_model import ScriptedModel, answers, streams, waits_for
from ..support.service import ROOT, Service, wait_until
from ..support.sessions import kept
from ..support.settings import KEY
from ..support.stores import PostgresServer, upgrade_to
from ..support.streams import STREAM
from ..support.warm import WarmPythons


def check(url: str, *, upgrades: bool = False) -> None:
    with closing(Database(url, upgrades=upgrades)) as database:
        database.check()


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


@pytest.mark.parametrize("before", ["nothing", "the budget alone"])
def test_migrations_make_the_tables_that_the_code_knows(
    database_url: str, before: str, execute: Callable[[str], Any]
) -> None:
    if before != "nothing":
        execute(
            "CREATE TABLE budget_days (day DATE NOT NULL PRIMARY KEY, calls BIGINT NOT NULL, tokens BIGINT NOT NULL,"
            " nanodollars BIGINT NOT NULL)"
        )
        execute("INSERT INTO budget_days VALUES ('2026-01-01', 1, 2, 3)")
    check(database_url, upgrades=True)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection)
        changes = compare_metadata(found, metadata)
        ours = [change for change in changes if not re.search("alembic_version|message_words", str(change))]
        assert ours == []
        assert found.get_current_revision() == REVISION
    engine.dispose()
    assert len(execute("SELECT * FROM budget_days")) == (before != "nothing")


def test_what_an_older_twin_kept_is_there_after_a_migration(
    database_url: str, execute: Callable[[str], Any], tmp_path: Path
) -> None:
    upgrade_to("0003", database_url)
    today, session = datetime.now(UTC).date(), uuid4()
    key = session if database_url.startswith("postgresql") else session.hex
    execute(f"INSERT INTO budget_days (day, calls, tokens, nanodollars) VALUES ('{today}', 3, 900, 0)")
    execute(f"INSERT INTO sessions VALUES ('{key}', 1e9, 1e9, 2, 0, '', 0, 0)")
    said = "INSERT INTO messages (session_id, position, role, text, created_at) VALUES"
    execute(f"{said} ('{key}', 0, 'user', 'Hi', 1e9), ('{key}', 1, 'assistant', 'Hello.', 1e9)")
    check(database_url, upgrades=True)
    settings = Settings(openai_api_key=KEY, database_url=database_url, memory=True)
    databases = Databases(database_url, tmp_path)
    found = Memory(settings, databases).fetch(str(session))
    assert found is not None
    assert [message.text for message in found.messages] == ["Hi", "Hello."]
    assert [message.annotations for message in found.messages] == [None, None]
    assert execute("SELECT number, read_until, unknown, unsupported FROM conversations") == [(1, 2, 0, 0)]
    with closing(Budget(settings, databases)) as budget:
        budget.hold([{"content": "Hi"}])
        (day,) = budget.fetch_days(1)
    assert (day.calls, day.tokens - day.held_tokens) == (4, 900)
    execute(f"{said} ('{key}', 2, 'user', 'Again', 1e9)")  # an older Twin that still runs
    execute("UPDATE budget_days SET calls = calls + 1, tokens = tokens + 1")


def test_an_older_postgres_waits_for_its_operator(
    start_service: Callable[..., Service], pythons: WarmPythons, postgres: PostgresServer, model: ScriptedModel
) -> None:
    url = postgres.make_database()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE budget_days (day DATE NOT NULL PRIMARY KEY, calls BIGINT NOT NULL,"
            " tokens BIGINT NOT NULL, nanodollars BIGINT NOT NULL)"
        )
    engine.dispose()
    service = start_service("gunicorn", MEMORY="on", DATABASE_URL=url)
    assert service.chat().json()["code"] == "memory_unavailable"
    assert service.http.get("/ready").status_code == 503
    assert "flask twin migrate" in service.log()
    end = pythons.run(["flask", "twin", "migrate"], service.root, {"DATABASE_URL": url})
    assert (end.returncode, REVISION in end.stdout) == (0, True), end.stderr
    wait_until(lambda: service.chat().status_code == 200)


def test_tables_of_a_newer_twin_are_left_alone(database_url: str, execute: Callable[[str], Any]) -> None:
    check(database_url)
    execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="newer"):
        check(database_url, upgrades=True)


def test_many_may_start_at_once_on_an_empty_database(database_url: str, pythons: WarmPythons) -> None:
    script = f"from twin.stores import Database as D; d = D({database_url!r}); d.check(); d.close()"
    with ThreadPoolExecutor(6) as pool:
        ends = list(pool.map(lambda _: pythons.run(["-c", script], ROOT, {}), range(6)))
    assert [(end.stderr, end.returncode) for end in ends] == [("", 0)] * 6


def test_a_postgres_that_is_away_is_a_problem_and_comes_back(
    start_service: Callable[..., Service], tmp_path: Path, model: ScriptedModel
) -> None:
    postgres = PostgresServer(tmp_path / "postgres")
    service = start_service("gunicorn", MEMORY="on", DATABASE_URL=postgres.make_database(), WEB_CONCURRENCY="2")
    session = str(uuid4())
    assert service.chat("Before", session_id=session).status_code == 200
    stopped = Event()
    model.script.append(waits_for(stopped, streams("An answer")))
    model.otherwise = waits_for(stopped, answers())
    with ThreadPoolExecutor() as pool:
        body = {"message": "During", "session_id": str(uuid4())}
        streamed = pool.submit(service.http.post, "/chat", json=body, headers=STREAM)
        wait_until(lambda: len(model.requests) == 2)
        plain = pool.submit(service.chat, "During", session_id=str(uuid4()))
        wait_until(lambda: len(model.requests) == 3)
        postgres.stop()
        stopped.set()
        assert "memory_unavailable" in streamed.result().text.rpartition("event: error")[2]
        assert plain.result().json()["code"] == "memory_unavailable"
    for path in ["/ready", f"/sessions/{session}", f"/conversation/{session}"]:
        assert service.http.get(path).status_code == 503
    assert service.http.delete(f"/sessions/{session}").json()["code"] == "memory_unavailable"
    assert int(service.chat().headers["Retry-After"]) >= 1
    assert service.http.get("/health").status_code == 200
    model.otherwise = answers()
    postgres.start()
    wait_until(lambda: service.chat("After", session_id=session).status_code == 200)

    def is_kept() -> bool:
        with suppress(KeyError):  # each process finds out by itself that it is back
            return kept(service, session)[::2] == ["Before", "After"]
        return False

    wait_until(is_kept)
    assert "Traceback" not in service.log()
    postgres.close()


def test_a_connection_that_died_unused_is_replaced(postgres: PostgresServer) -> None:
    with closing(Database(postgres.make_database())) as database:
        mine = database.run(lambda connection: connection.scalar(select(func.pg_backend_pid())))
        with postgres.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s, 1000)", [mine])
        time.sleep(UNUSED_SECONDS)
        database.check()


def test_what_was_deleted_is_in_no_file_after_a_purge(
    start_service: Callable[..., Service], pythons: WarmPythons, model: ScriptedModel
) -> None:
    service = start_service("gunicorn", MEMORY="on", WEB_CONCURRENCY="2")
    sessions = [str(uuid4()) for _ in range(40)]
    model.otherwise = answers("The answer is MARKER-A. " + "word " * 500)
    with ThreadPoolExecutor(4) as pool:
        for number, session in enumerate(sessions):
            body = {"message": f"MARKER-Q{number}. " + "why " * 300, "session_id": session}
            key = {"Idempotency-Key": f"MARKER-K{number}"}
            assert pool.submit(service.http.post, "/chat", json=body, headers=key).result().status_code == 200
        assert set(pool.map(lambda s: service.http.delete(f"/sessions/{s}").status_code, sessions)) == {204}
    model.otherwise, stays = answers(), str(uuid4())
    service.chat("It stays.", session_id=stays)
    file = service.root / "instance" / "memory.db"
    with closing(sqlite3.connect(file)) as connection:
        for table in metadata.tables:
            assert "MARKER" not in str(connection.execute(f"SELECT * FROM {table}").fetchall())
    end = pythons.run(["flask", "twin", "sessions", "purge"], service.root, {"MEMORY": "on"})
    assert end.returncode == 0, end.stderr
    for path in (service.root / "instance").iterdir():
        assert b"MARKER" not in path.read_bytes(), f"{path} still holds what was deleted"
    assert kept(service, stays)
    assert service.chat("Again", session_id=stays).status_code == 200


def test_a_vacuum_leaves_nothing_that_was_deleted(tmp_path: Path) -> None:
    file = tmp_path / "memory.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE words (word)")
        connection.execute("INSERT INTO words VALUES ('MARKER')")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("DELETE FROM words")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"MARKER" in file.read_bytes()
        assert vacuum(str(file))
    assert not [path for path in tmp_path.iterdir() if b"MARKER" in path.read_bytes()]


def test_old_sessions_are_deleted_at_the_start(
    start_service: Callable[..., Service], database_url: str, execute: Callable[[str], Any]
) -> None:
    settings = {"MEMORY": "on", "DATABASE_URL": database_url}
    service = start_service("gunicorn", **settings)
    old, new = str(uuid4()), str(uuid4())
    for session in (old, new):
        service.chat("Hi", session_id=session)
    wait_until(lambda: execute("SELECT name FROM chores WHERE done_at > 0"))
    service.stop()
    key = old if database_url.startswith("postgresql") else old.replace("-", "")
    execute(f"UPDATE sessions SET updated_at = updated_at - 10 * 86400 WHERE id = '{key}'")
    [(before,)] = execute("SELECT busy_until FROM chores")
    service = start_service("gunicorn", **settings, RETENTION_DAYS="0")
    ended = f"busy_until > {before!r} AND busy_until < {before!r} + 600"  # a busy one writes when it counts as dead
    wait_until(lambda: execute(f"SELECT name FROM chores WHERE {ended}"))
    assert kept(service, old)
    service.stop()
    service = start_service("gunicorn", **settings, RETENTION_DAYS="9", WEB_CONCURRENCY="2")
    wait_until(lambda: not kept(service, old), "the old session was not deleted")
    assert kept(service, new)
    assert len(execute("SELECT * FROM messages")) == 2


def test_only_what_must_survive_a_loss_of_power_waits_for_the_disk(tmp_path: Path) -> None:
    def read_level(connection: Connection) -> int:
        return int(connection.execute(text("PRAGMA synchronous")).scalar_one())

    with closing(Database(f"sqlite:///{tmp_path}/a.db")) as database:
        levels = [database.run(read_level), database.run(read_level, durable=False)]
        levels += [database.transact(read_level), database.transact(read_level, durable=False)]
    assert levels == [2, 1, 2, 1]  # FULL, NORMAL
