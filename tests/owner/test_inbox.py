"""The inbox: what it lists, finds, marks and deletes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from twin.memory import GivenAnswer, Memory
from twin.memory.annotations import Annotations
from twin.memory.numbers import tend_numbers
from twin.memory.vacuum import vacuum
from twin.owner import Cursor, Inbox, View, ViewName
from twin.settings import Settings
from twin.stores import Databases

from ..support.desk import NOTES, remember

# A text of a visitor's, words that find it, and words that do not.
SEARCHES = [
    ("Do you know Straße and Über?", ["strasse", "UBER", "über straße", "know"], ["tram", "know tram"]),
    ("Привет, мир", ["привет", "МИР", "прив"], ["ривет"]),
    ("質問があります", ["質問", "あります"], ["回答"]),
    ("Hindi: हिन्दी भाषा", ["हिन्दी"], ["हिनदी"]),
    ("mail anna.k@example.com or +49 30 901820", ["anna.k@example.com", "901820"], ["bob"]),
    ("'; DROP TABLE messages; --", ["drop table", "messages"], ["'; delete"]),
    ('"quoted" AND NOT near(x) 100% _under_ \\back', ['"quoted"', "near", "NOT", "100%"], ["NEAR/2 y"]),
    ("C’est déjà l’été", ["deja", "été"], ["hiver"]),
]


@pytest.fixture
def memory(database_url: str, tmp_path: Path) -> Iterator[Memory]:
    memory = Memory(Settings(memory=True), Databases(database_url, tmp_path))
    with closing(memory.database):
        yield memory


@pytest.fixture
def inbox(memory: Memory) -> Inbox:
    return Inbox(memory)


def listed(inbox: Inbox, name: ViewName = "all", **more: Any) -> list[int]:
    return [entry.number for entry in inbox.list(View(name, **more)).entries]


def say(memory: Memory, session: object, question: str, annotations: Annotations | None = None) -> None:
    """Have a turn, as a chat does."""
    exchange = memory.open(question, str(session))
    exchange.compose(10_000)
    exchange.record(GivenAnswer("An answer", "stop", "persona", annotations=annotations))


def test_lists_the_newest_first_page_by_page(inbox: Inbox, memory: Memory) -> None:
    for number in range(120):
        remember(memory, f"Question {number}", "Answer", at=1e9 + number // 7)  # many at the same instant
    found, cursor = [], None
    for size in (50, 50, 20):
        page = inbox.list(View(), cursor)
        assert len(page.entries) == size
        found += [entry.number for entry in page.entries]
        cursor = Cursor.load(page.next.dump()) if page.next else None
    assert found == list(range(120, 0, -1))
    assert cursor is None
    entry = inbox.list(View()).entries[0]
    assert (entry.first_question, entry.messages, entry.is_unread) == ("Question 119", 2, False)


@pytest.mark.parametrize("text", ["", "x", "1:2:3", "nan:1", "inf:1", "-1:1", "1:-1", f"1:{2**31}", "1e400:1", "1"])
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert Cursor.load(text) is None


def test_the_views_follow_what_is_said_and_marked(inbox: Inbox, memory: Memory) -> None:
    session = remember(memory, "Where do you live?", "I live in Kyiv.", annotations=NOTES)
    remember(memory, "Hello", "Hi")
    assert listed(inbox, "unknown") == listed(inbox, "unsupported") == [1]
    assert listed(inbox, "unread") == []
    say(memory, session, "And since when?", Annotations(grounded=False))
    assert listed(inbox, "unread") == [1]
    assert inbox.list(View("unread")).entries[0].unknown == 2
    assert inbox.count_waiting() == (1, 0)
    assert inbox.mark_read(1, 4)
    assert listed(inbox, "unread") == []
    assert inbox.archive(1, archived=True)
    assert (listed(inbox), listed(inbox, "archived"), listed(inbox, "unknown")) == ([2], [1], [])
    assert listed(inbox, words="kyiv") == [1], "a search looks there too"
    say(memory, session, "Are you there?")
    assert (listed(inbox), listed(inbox, "archived")) == ([1, 2], []), "a new message brings it back"
    assert inbox.mark_own(2, own=True)
    assert (listed(inbox), listed(inbox, "own")) == ([1], [2])
    assert not inbox.mark_read(3, 1)


def test_the_owners_try_is_kept_apart_from_its_first_message_on(inbox: Inbox, memory: Memory) -> None:
    session = inbox.begin_try()
    assert listed(inbox, "own") == [], "nothing was said yet"
    say(memory, session, "Is this right?")
    assert (listed(inbox), listed(inbox, "own")) == ([], [1])


def test_a_day_has_what_was_said_in_it(inbox: Inbox, memory: Memory) -> None:
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC).timestamp()
    remember(memory, "Hello", "Hi", at=noon)
    assert listed(inbox, day=date(2026, 3, 5)) == [1]
    assert listed(inbox, day=date(2026, 3, 7)) == listed(inbox, since=noon + 60) == []


def test_finds_words_in_any_script(inbox: Inbox, memory: Memory) -> None:
    for text, _, _ in SEARCHES:
        remember(memory, text, "An answer")
    for number, (_, found, missed) in enumerate(SEARCHES, 1):
        assert [query for query in found if listed(inbox, words=query) != [number]] == []
        assert [query for query in missed if number in listed(inbox, words=query)] == []


def test_finds_nothing_of_what_is_deleted(
    inbox: Inbox, memory: Memory, execute: Callable[[str], Any], tmp_path: Path
) -> None:
    word = "zyxomma"
    session = remember(memory, f"I am {word}", "Hello.")
    say(memory, session, f"Again {word}")
    execute(
        "INSERT INTO owner_questions (conversation, question, contact, asked_at) "
        f"VALUES (1, 'Ask {word}', '{word}@example.com', 1e9)"
    )
    execute(f"INSERT INTO feedback (conversation, position, value, note, given_at) VALUES (1, 1, -1, '{word}', 1e9)")
    assert listed(inbox, words=word) == [1]
    assert inbox.export(1) is not None
    assert inbox.delete(1)
    assert not inbox.delete(1)
    assert (listed(inbox, words=word), inbox.fetch(1), memory.fetch(str(session))) == ([], None, None)
    for table in ("conversations", "owner_questions", "feedback", "message_words", "messages", "sessions"):
        assert execute(f"SELECT count(*) FROM {table}") == [(0,)], table
    if memory.database.file:
        assert vacuum(str(memory.database.file))
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert not [path for path in files if word[:5].encode() in path.read_bytes()]


def test_what_an_older_twin_began_gets_its_number(inbox: Inbox, memory: Memory, execute: Callable[[str], Any]) -> None:
    for number in range(3):
        remember(memory, f"Question {number}", "I live in Kyiv.", at=1e9 + number, annotations=NOTES)
    for table in ("message_words", "conversations"):
        execute(f"DELETE FROM {table}")
    inbox.begin_try()
    tend_numbers(memory.database)
    found = inbox.list(View("unread", "question")).entries
    assert [(entry.first_question, entry.unknown) for entry in found] == [(f"Question {n}", 1) for n in (2, 1, 0)]
    execute("UPDATE conversations SET created_at = 1 WHERE is_own")
    tend_numbers(memory.database)
    assert execute("SELECT count(*) FROM conversations") == [(3,)], "a try that never began is forgotten"


def test_a_dossier_and_an_export_hold_all_but_the_id(inbox: Inbox, memory: Memory) -> None:
    session = remember(memory, *(f"Message {number}" for number in range(250)))
    last = inbox.fetch(1)
    assert last is not None
    assert last.has_earlier
    assert [message.position for message in last.messages] == list(range(50, 250))
    first = inbox.fetch(1, before=last.start)
    assert first is not None
    assert not first.has_earlier
    assert len(first.messages) == 50
    export = inbox.export(1)
    assert export is not None
    assert len(export.messages) == 250
    for shown in (repr(last), export.model_dump_json()):
        assert str(session) not in shown
        assert session.hex not in shown
