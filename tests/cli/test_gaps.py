"""`flask twin gaps` and `flask twin answer`, as an owner runs them beside the service."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from twin.gaps import Gaps
from twin.stores import Databases

from ..support.commands import Run, assert_failed_in_one_line
from ..support.scripted_model import ScriptedModel
from ..support.service import Service
from ..support.stores import PostgresServer
from ..support.warm import WarmPythons

ON = {"MEMORY": "on", "GAPS": "on"}


@pytest.fixture
def gaps(root: Path) -> Iterator[Gaps]:
    """The questions that the commands find."""
    gaps = Gaps(Databases(None, root / "instance"))
    with closing(gaps.database):
        yield gaps


def record(gaps: Gaps, **times: int) -> None:
    for question, count in times.items():
        for _ in range(count):
            gaps.record(f"{question.replace('_', ' ')}?")


def test_lists_the_most_asked_first_with_what_is_like_it(run: Run, gaps: Gaps) -> None:
    record(gaps, Are_you_tall=3, Do_you_have_a_dog=2, Do_you_have_a_dog_yet=1, You_have_a_dog_do_you_now=1)
    gaps.record("Do you \x1b[31msing?")
    head, *lines = run("gaps", **ON).stdout.splitlines()
    assert head.split() == ["id", "asked", "last", "asked", "question"]
    assert [" ".join(line.split()[:2]) for line in lines] == ["2 4", "3 or:", "4 or:", "1 3", "5 1"]
    assert lines[0].endswith("Do you have a dog?")
    assert lines[4].endswith("Do you [31msing?")
    first, *_ = json.loads(run("gaps", "--json", "--first", "1", **ON).stdout)
    assert first == {
        "id": 2,
        "question": "Do you have a dog?",
        "asked": 4,
        "first_day": first["last_day"],
        "last_day": str(gaps.fetch_all()[0].last_day),
        "others": [
            {"id": 3, "question": "Do you have a dog yet?", "asked": 1},
            {"id": 4, "question": "You have a dog do you now?", "asked": 1},
        ],
    }
    assert run("gaps", "--forget", "1", "--forget", "99", **ON).stdout == "Deleted 1 question.\n"
    assert gaps.count() == 4


def test_says_where_there_is_nothing(run: Run, root: Path, gaps: Gaps) -> None:
    assert_failed_in_one_line(run("gaps"), "GAPS is off")
    assert_failed_in_one_line(run("answer", "1", "Yes."), "GAPS is off")
    assert_failed_in_one_line(run("gaps", GAPS="on"), "GAPS: it needs MEMORY=on")
    assert run("gaps", **ON).stdout == "No question waits for an answer.\n"
    assert run("gaps", "--json", **ON).stdout == "[]\n"
    assert run("gaps").stdout == "No question waits for an answer. GAPS is off.\n"
    record(gaps, Are_you_tall=1)
    assert "Are you tall?" in run("gaps").stdout


MADE_UP = {"She was built in 1742.": 2, "I know Zorblax.": 1, "I \x1b[31mknow Quux.": 1}


def record_inventions(gaps: Gaps) -> None:
    for sentence, times in MADE_UP.items():
        for _ in range(times):
            gaps.record_invention(sentence)


def test_lists_the_sentences_that_were_made_up_below_the_questions(run: Run, gaps: Gaps) -> None:
    record(gaps, Are_you_tall=3)
    record_inventions(gaps)
    _, asked, empty, head, *said = run("gaps", **ON).stdout.splitlines()
    assert (asked.split()[:2], empty) == (["1", "3"], "")
    assert head.split()[:4] == ["id", "said", "last", "said"]
    assert head.endswith("what your documents do not say")
    assert [line.split()[:2] for line in said] == [["1", "2"], ["2", "1"], ["3", "1"]]
    assert [line.partition("  ")[0] for line in said] == [""] * 3
    assert said[0].endswith("  She was built in 1742.")
    assert said[2].endswith("  I [31mknow Quux.")
    assert run("gaps", "--made-up", **ON).stdout.splitlines() == [head, *said]
    assert run("gaps", "--made-up", "--first", "1", **ON).stdout.splitlines() == [head, said[0]]
    assert len(json.loads(run("gaps", "--json", **ON).stdout)) == 1  # whose form stays as it was


def test_what_was_made_up_is_there_as_json(run: Run, gaps: Gaps) -> None:
    record_inventions(gaps)
    rows = json.loads(run("gaps", "--made-up", "--json", **ON).stdout)
    assert [(row["sentence"], row["times"]) for row in rows] == list(MADE_UP.items())
    today = str(gaps.fetch_inventions()[0].last_day)
    assert rows[0] == {
        "id": 1,
        "sentence": "She was built in 1742.",
        "times": 2,
        "first_day": today,
        "last_day": today,
    }
    assert run("gaps", "--json", **ON).stdout == "[]\n"


def test_forgets_what_was_made_up_and_no_question_of_the_same_id(run: Run, gaps: Gaps) -> None:
    record(gaps, Are_you_tall=1)
    record_inventions(gaps)
    assert run("gaps", "--made-up", "--forget", "1", "--forget", "99", **ON).stdout == "Deleted 1 sentence.\n"
    assert [each.id for each in gaps.fetch_inventions()] == [2, 3]
    assert gaps.count() == 1
    assert run("gaps", "--forget", "1", "--forget", "2", **ON).stdout == "Deleted 1 question.\n"
    assert [each.id for each in gaps.fetch_inventions()] == [2, 3]
    assert run("gaps", "--made-up", "--forget", "2", "--forget", "3", **ON).stdout == "Deleted 2 sentences.\n"


def test_says_that_nothing_was_made_up(run: Run, gaps: Gaps) -> None:
    assert_failed_in_one_line(run("gaps", "--made-up"), "GAPS is off")
    assert run("gaps", "--made-up", **ON).stdout == "No sentence said what your documents do not.\n"
    assert run("gaps", "--made-up", "--json", **ON).stdout == "[]\n"
    record_inventions(gaps)
    head, *_ = run("gaps", **ON).stdout.splitlines()
    assert head == "No question waits for an answer."


def test_an_answer_is_live_at_once(
    start_service: Callable[..., Service], pythons: WarmPythons, environment: dict[str, str], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", **ON)
    instance = service.root / "instance"
    with closing(Gaps(Databases(None, instance)).database) as database:
        database.check()
    gaps = Gaps(Databases(None, instance))
    record(gaps, Do_you_have_a_dog=2, Do_you_have_a_dog_now=1, Are_you_tall=1)
    assert service.chat("Do you have a dog?").json()["response"] == "Hello from the model."
    model.reset()

    def twin(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
        return pythons.run(["flask", "twin", *arguments], service.root, environment | ON, stdin)

    end = twin("answer", "2", "-", stdin="Yes, **Größe**:\nhttps://dog.example\n".encode())
    assert (end.returncode, end.stderr) == (0, "")
    assert end.stdout.splitlines()[1:] == ["  Do you have a dog?", "  Do you have a dog now?"]
    text = "Yes, **Größe**:\nhttps://dog.example"
    for question in ("do you have a DOG", "Do you have a dog now?"):
        assert service.chat(question).json()["response"] == text
    assert not model.requests
    entry = {"question": "Do you have a dog?", "answer": text, "aliases": ["Do you have a dog now?"]}
    assert json.loads((instance / "knowledge" / "faq.jsonl").read_text()) == entry
    assert json.loads((instance / "evals" / "own.jsonl").read_text()) == {"question": entry["question"], "must": [text]}
    assert [gap.question for gap in gaps.fetch_all()] == ["Are you tall?"]
    assert "1 questions wait for an answer" in twin("check").stdout
    gaps.database.close()


def test_one_wording_may_be_answered_alone(run: Run, root: Path, gaps: Gaps) -> None:
    record(gaps, Do_you_have_a_dog=2, Do_you_have_a_dog_now=1)
    assert run("answer", "2", "Now I do.", "--only", **ON).returncode == 0
    entry = json.loads((root / "instance" / "knowledge" / "faq.jsonl").read_text())
    assert entry == {"question": "Do you have a dog now?", "answer": "Now I do."}
    assert [gap.id for gap in gaps.fetch_all()] == [1]


def test_answers_at_once_lose_nothing(run: Run, root: Path, gaps: Gaps) -> None:
    questions = ["Are you tall?", "Do you sing?", "Where is Fife?", "Who is Ada?"]
    for question in questions:
        gaps.record(question)
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda number: run("answer", str(number), f"Answer {number}.", **ON), range(1, 5)))
    assert [end.returncode for end in ends] == [0] * 4, [end.stderr for end in ends]
    for name in ("knowledge/faq.jsonl", "evals/own.jsonl"):
        lines = (root / "instance" / name).read_text().splitlines()
        assert sorted(json.loads(line)["question"] for line in lines) == questions
    assert gaps.count() == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["99", "Yes."], b"", "there is no question 99"),
        (["1", " \n"], b"", "the answer is empty"),
        (["1", "\u200b\U000e0041"], b"", "the answer is empty"),
        (["1", "-"], b"\xff", "the answer is not UTF-8"),
        (["1", "a\udcff"], b"", "the answer is not UTF-8"),
        (["one", "Yes."], b"", "ID"),
        (["99999999999999999999", "Yes."], b"", "ID"),
        (["1"], b"", "answer"),
    ],
)
def test_an_answer_that_is_none_is_named(
    run: Run, root: Path, gaps: Gaps, arguments: list[str], stdin: bytes, words: str
) -> None:
    record(gaps, Are_you_tall=1)
    assert_failed_in_one_line(run("answer", *arguments, stdin=stdin, **ON), words)
    assert gaps.count() == 1
    assert not (root / "instance" / "knowledge").exists()


def test_a_file_that_cannot_take_the_answer_is_named(run: Run, root: Path, gaps: Gaps) -> None:
    record(gaps, Are_you_tall=1)
    folder = root / "instance" / "knowledge"
    folder.write_text("")
    assert_failed_in_one_line(run("answer", "1", "Yes.", **ON), "faq.jsonl")
    folder.unlink()
    folder.mkdir()
    (folder / "faq.jsonl").write_bytes("Größe".encode("latin-1"))
    assert_failed_in_one_line(run("answer", "1", "Yes.", **ON), "faq.jsonl: it is not UTF-8")
    (folder / "faq.jsonl").write_text('{"question": "are you tall", "answer": "No."}')
    assert_failed_in_one_line(run("answer", "1", "Yes.", **ON), "has another answer")
    assert gaps.count() == 1
    assert run("answer", "1", "No.", **ON).returncode == 0
    assert (folder / "faq.jsonl").read_text().count("\n") == 0
    assert gaps.count() == 0


def test_tables_of_an_older_twin_are_named(run: Run, postgres: PostgresServer) -> None:
    url = postgres.make_database()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE budget_days (day DATE PRIMARY KEY)")
    engine.dispose()
    assert_failed_in_one_line(run("gaps", **ON, DATABASE_URL=url), "older Twin", "flask twin migrate")
