"""The owner's answers: published in batches, seen by each process, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from twin.errors import StoreUnavailable
from twin.gaps import Answers, Gap, Gaps, NewAnswer, delete_unasked
from twin.gaps.answers import DOWN_SECONDS, LOOK_SECONDS
from twin.knowledge.documents.library import ANSWERS, Library
from twin.knowledge.faq import Entry
from twin.stores import Database, Databases

from ..support.service import wait_until
from ..support.stores import upgrade_to


@pytest.fixture
def databases(database_url: str, tmp_path: Path) -> Iterator[Databases]:
    databases = Databases(database_url, tmp_path)
    with closing(databases.open("memory")):
        yield databases


@pytest.fixture
def gaps(databases: Databases) -> Gaps:
    return Gaps(databases)


@pytest.fixture
def answers(databases: Databases) -> Answers:
    return Answers(databases)


def record(gaps: Gaps, *questions: str) -> list[Gap]:
    for question in questions:
        gaps.record(question, "I don't know.")
    return sorted(gaps.fetch_all(), key=lambda gap: gap.id)


def test_an_answer_is_seen_by_another_process_and_its_gaps_are_gone(
    gaps: Gaps, answers: Answers, databases: Databases, database_url: str, tmp_path: Path
) -> None:
    dog, again, _ = record(gaps, "Do you have a dog?", "Have you a dog, do you?", "Are you tall?")
    other = Answers(Databases(database_url, tmp_path))
    assert other.read() == ()
    answers.publish([NewAnswer((dog, again), "Yes, **Moss**.")])
    wait_until(lambda: other.read())
    [entry] = read = other.read()
    assert (entry.question, entry.answer, entry.aliases) == (dog.question, "Yes, **Moss**.", [again.question])
    assert other.read() is read  # so that no briefing is made anew
    assert [gap.question for gap in gaps.fetch_all()] == ["Are you tall?"]
    assert max(LOOK_SECONDS.values()) <= 2
    other.database.close()


def test_the_last_batch_is_taken_back_with_its_gaps_and_no_other(gaps: Gaps, answers: Answers) -> None:
    dog, tall, sing = record(gaps, "Do you have a dog?", "Are you tall?", "Do you sing?")
    answers.publish([NewAnswer((dog,), "Yes.")])
    answers.publish([NewAnswer((tall,), "No.", '{"case": 1}'), NewAnswer((sing,), "Badly.")])
    gaps.record("Are you tall?", "Perhaps.")  # as one who did not look at the answer
    taken = answers.undo()
    assert [(each.question, each.eval_case) for each in taken] == [
        ("Are you tall?", '{"case": 1}'),
        ("Do you sing?", None),
    ]
    assert [(gap.question, gap.times) for gap in gaps.fetch_all()] == [("Are you tall?", 2), ("Do you sing?", 1)]
    assert [each.question for each in answers.undo()] == ["Do you have a dog?"]
    assert answers.undo() == []
    wait_until(lambda: answers.read() == ())


def test_the_gaps_of_an_answer_are_forgotten_in_time(gaps: Gaps, answers: Answers) -> None:
    answers.publish([NewAnswer(tuple(record(gaps, "Do you have a dog?")), "Yes.")])
    delete_unasked(gaps.database, datetime.now(UTC).date() + timedelta(1))
    assert [each.question for each in answers.undo()] == ["Do you have a dog?"]
    assert gaps.count() == 0


def test_nothing_is_published_where_the_database_is_away(tmp_path: Path) -> None:
    answers = Answers(Databases("postgresql://127.0.0.1:1/nothing", tmp_path))
    with pytest.raises(StoreUnavailable):
        answers.publish([])
    assert answers.read() == ()
    assert max(LOOK_SECONDS.values()) < DOWN_SECONDS


def test_what_a_file_and_the_database_answer_the_file_does() -> None:
    library = Library(entries=(Entry(question="A?", answer="file"),))
    both = library.add_answers([Entry(question="a", answer="new"), Entry(question="B?", answer="database")])
    assert both.faq.find_answer("A?") == "file"
    assert both.faq.find_answer("b?") == "database"
    [document] = both.documents
    assert (document.name, document.title) == (ANSWERS, "FAQ")
    assert "B?\ndatabase" in document.text
    assert library.add_answers(()) is library


def test_the_table_is_added_to_an_older_twins_database(
    database_url: str, execute: Callable[[str], Any], gaps: Gaps, answers: Answers
) -> None:
    upgrade_to("0006", database_url)
    columns = "INSERT INTO gaps (key, question, times, first_day, last_day) VALUES"
    execute(f"{columns} ('{'a' * 64}', 'Do you have a dog?', 3, '2026-01-01', '2026-01-02')")
    with closing(Database(database_url, upgrades=True)) as database:
        database.check()
    [gap] = gaps.fetch_all()
    assert (gap.times, gap.said, gap.close_to) == (3, None, None)
    answers.publish([NewAnswer((gap,), "Yes.")])
    wait_until(lambda: answers.read())
    # An older Twin that still runs beside it.
    execute(f"{columns} ('{'b' * 64}', 'Are you tall?', 1, '2026-01-01', '2026-01-02')")
    assert [gap.question for gap in gaps.fetch_all()] == ["Are you tall?"]
