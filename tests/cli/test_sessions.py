"""`flask twin sessions` and `flask twin migrate`, as an owner runs them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from ..support.commands import Run, assert_failed_in_one_line
from ..support.service import Service
from ..support.sessions import kept


@pytest.fixture
def service(start_service: Callable[..., Service]) -> Service:
    """A service with memory, in which one session was."""
    return start_service("gunicorn", MEMORY="on")


def in_service(service: Service) -> dict[str, str]:
    return {"MEMORY": "on", "DATABASE_URL": f"sqlite:///{service.root}/instance/memory.db"}


def test_lists_shows_exports_and_purges(run: Run, service: Service, tmp_path: Path) -> None:
    settings, first, second = in_service(service), str(uuid4()), str(uuid4())
    service.chat("I am \x1b[31mAda.", session_id=first)
    service.chat("I am Bob.", session_id=second)
    service.chat("And you?", session_id=second)
    rows = json.loads(run("sessions", "list", "--json", **settings).stdout)
    assert [(row["session_id"], row["messages"]) for row in rows] == [(second, 4), (first, 2)]
    assert run("sessions", **settings).stdout.count("\n") == 3
    assert json.loads(run("sessions", "--json", **settings).stdout) == rows
    assert run("sessions", "--last", "1", **settings).stdout.count("\n") == 2
    assert [row["first_question"] for row in rows] == ["I am Bob.", "I am \x1b[31mAda."]
    assert "I am [31mAda." in run("sessions", **settings).stdout
    found = json.loads(run("sessions", "--search", "BOB", "--since", "2026-01-01", "--json", **settings).stdout)
    assert [row["session_id"] for row in found] == [second]
    for nothing in (("--search", "Cy"), ("--since", "2999-01-01"), ("--own",)):
        assert json.loads(run("sessions", *nothing, "--json", **settings).stdout) == []
    assert "import" in run("sessions", "--help").stdout
    shown = run("sessions", "show", first, **settings).stdout
    assert "visitor: I am [31mAda." in shown
    assert "twin: Hello from the model." in shown
    assert json.loads(run("sessions", "show", first, "--json", **settings).stdout)["session_id"] == first
    exported = run("sessions", "export", **settings).stdout
    assert {json.loads(line)["session_id"] for line in exported.splitlines()} == {first, second}
    assert run("sessions", "export", second, **settings).stdout.count("\n") == 1
    assert "Deleted 1 session" in run("sessions", "purge", first, **settings).stdout
    assert kept(service, first) == []
    assert "Deleted 0 sessions" in run("sessions", "purge", **settings).stdout
    (tmp_path / "export.jsonl").write_text(exported)
    told = run("sessions", "import", str(tmp_path / "export.jsonl"), **settings)
    assert "1 imported, 1 already there" in told.stdout, told.stderr
    assert run("sessions", "export", first, **settings).stdout in exported
    assert "Deleted 2 sessions" in run("sessions", "purge", "--all", **settings).stdout
    assert run("sessions", "export", **settings).stdout == ""
    assert not [path for path in (service.root / "instance").glob("memory*") if b"Ada" in path.read_bytes()]


def test_a_purge_leaves_what_those_who_wait_need(run: Run, tmp_path: Path) -> None:
    settings, session = {"MEMORY": "on", "DATABASE_URL": f"sqlite:///{tmp_path}/memory.db"}, uuid4()
    message = {"role": "user", "content": "Hi", "timestamp": "2025-01-02T03:04:05Z"}
    export = {"session_id": str(session), "created_at": "2025-01-02T03:04:05Z", "messages": [message]}
    (tmp_path / "export.jsonl").write_text(json.dumps(export))
    run("sessions", "import", str(tmp_path / "export.jsonl"), **settings)
    assert "Deleted 1 session" in run("sessions", "purge", str(session), **settings).stdout
    assert "Deleted 0 sessions" in run("sessions", "purge", "--all", **settings).stdout
    with closing(sqlite3.connect(tmp_path / "memory.db")) as file:
        marked = "SELECT session_id FROM leases WHERE deleted_at > 0"
        assert file.execute(marked).fetchall() == [(session.hex,)]
        file.execute("UPDATE leases SET expires_at = expires_at - 60")
        file.commit()
        run("sessions", "purge", "--all", **settings)
        assert file.execute(marked).fetchall() == []


def test_imports_an_older_services_folder(run: Run, tmp_path: Path) -> None:
    settings = {"MEMORY": "on", "DATABASE_URL": f"sqlite:///{tmp_path}/memory.db"}
    folder, session = tmp_path / "conversations", str(uuid4())
    folder.mkdir()
    said = [
        {"role": "user", "content": "Größe? \ud83d\ude00", "timestamp": "2025-01-02T03:04:05.678901"},
        {"role": "assistant", "content": "1,80 m", "timestamp": "2025-01-02T03:04:09"},
    ]
    (folder / f"{session}.json").write_text(json.dumps(said))
    (folder / f"{uuid4()}.json").write_text(json.dumps([{"role": "user", "content": "no time"}]))
    (folder / "visitor.json").write_text(json.dumps(said))
    (folder / f"{uuid4()}.json").write_text("[]")
    (folder / f"{uuid4()}.json").write_text('[{"role": "user", "content": "x", "timestamp": "0001-01-01T00:00:00"}]')
    told = run("sessions", "import", str(folder), **settings)
    assert told.stdout.startswith("2 imported, 0 already there, 2 skipped"), told.stderr
    assert "1 broken" in told.stdout
    assert_failed_in_one_line(told, "created_at", "no time that can be")
    taken = json.loads(run("sessions", "show", session, "--json", **settings).stdout)
    assert [message["content"] for message in taken["messages"]] == ["Größe? \U0001f600", "1,80 m"]
    assert taken["messages"][0]["timestamp"] == "2025-01-02T03:04:05.678901Z"


def test_imports_the_others_where_a_line_is_broken(run: Run, tmp_path: Path, database_url: str) -> None:
    def line(**more: str) -> str:
        said = {"role": "user", "content": "Hi", "timestamp": "2025-01-02T03:04:05Z"} | more
        return json.dumps({"session_id": str(uuid4()), "created_at": said["timestamp"], "messages": [said]})

    key = "".join(str(uuid4()) for _ in range(200))  # more than an index of PostgreSQL takes
    first = line()
    lines = [first, line(idempotency_key=key), line(persona="\0"), first, line(idempotency_key="k" * 255)]
    (tmp_path / "export.jsonl").write_text("\n".join(lines))
    told = run("sessions", "import", str(tmp_path / "export.jsonl"), MEMORY="on", DATABASE_URL=database_url)
    assert told.stdout.startswith("2 imported, 1 already there, 0 skipped"), told.stderr
    for number, line_told in enumerate(told.stderr.splitlines(), 2):
        assert f"line {number}: messages.0." in line_told


@pytest.mark.parametrize("content", ["{", "[1]", '{"session_id": 1}', '[{"role": "wizard", "content": "x"}]'])
def test_says_what_it_cannot_import(run: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "folder").mkdir()
    for path in [tmp_path / "folder" / f"{uuid4()}.json", tmp_path / "file.jsonl"]:
        path.write_text(content)
        end = run("sessions", "import", str(path.parent if "folder" in str(path) else path), MEMORY="on")
        assert_failed_in_one_line(end, path.name)


def test_says_what_is_not_there(run: Run) -> None:
    assert_failed_in_one_line(run("sessions"), "MEMORY is off")
    assert_failed_in_one_line(run("sessions", "show", str(uuid4()), MEMORY="on"), "there is no session")
    assert "Deleted 0 sessions" in run("sessions", "purge", "x", MEMORY="on").stdout
    assert_failed_in_one_line(run("sessions", "import", "nowhere", MEMORY="on"), "nowhere")


def test_without_a_database_there_is_nothing_to_migrate(run: Run) -> None:
    end = run("migrate")
    assert (end.returncode, end.stdout.count("\n")) == (0, 1)
    assert_failed_in_one_line(run("migrate", DATABASE_URL="postgresql://127.0.0.1:1/x"), "DATABASE_URL")
