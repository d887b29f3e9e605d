"""`flask twin gaps` and `flask twin answer`, as an owner runs them beside the service."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from twin.gaps import Answers, Gaps
from twin.knowledge.documents.folder import Folder
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
    record(gaps, Are_you_tall=3, Do_you_have_a_dog=2, Do_you_have_a_dog_yet=1, You_have_a_dog_yet_do_you=1)
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
        "said": None,
        "others": [
            {"id": 3, "question": "Do you have a dog yet?", "asked": 1},
            {"id": 4, "question": "You have a dog yet do you?", "asked": 1},
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
    record(gaps, Do_you_have_a_dog=2, Do_you_have_a_dog_yet=1, Are_you_tall=1)
    assert service.chat("Do you have a dog?").json()["response"] == "Hello from the model."
    model.reset()

    def twin(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
        return pythons.run(["flask", "twin", *arguments], service.root, environment | ON, stdin)

    end = twin("answer", "2", "-", stdin="Yes, **Größe**:\nhttps://dog.example\n".encode())
    assert (end.returncode, end.stderr) == (0, "")
    assert end.stdout.splitlines()[1:] == ["  Do you have a dog?", "  Do you have a dog yet?"]
    text = "Yes, **Größe**:\nhttps://dog.example"
    for question in ("do you have a DOG", "Do you have a dog yet?"):
        assert service.chat(question).json()["response"] == text
    assert not model.requests
    case = json.loads((instance / "evals" / "own.jsonl").read_text())
    assert case["question"].endswith("and I could not say: Do you have a dog?")
    assert case["must"] == ["https://dog.example"]
    assert [gap.question for gap in gaps.fetch_all()] == ["Are you tall?"]
    assert "1 questions wait for an answer" in twin("check").stdout
    service.chat("Is there any pet in your house?")  # the model has the answer, too
    assert text in str([message["content"] for message in model.requests[-1]["messages"]]).replace("\\n", "\n")
    assert twin("gaps", "--undo").stdout.endswith("wait again:\n  Do you have a dog?\n")
    assert service.chat("Do you have a dog?").json()["response"] == "Hello from the model."
    assert (instance / "evals" / "own.jsonl").read_text() == ""
    assert {"Do you have a dog?", "Do you have a dog yet?"} <= {gap.question for gap in gaps.fetch_all()}
    gaps.database.close()


def test_one_wording_may_be_answered_alone(run: Run, root: Path, gaps: Gaps) -> None:
    record(gaps, Do_you_have_a_dog=2, Do_you_have_a_dog_yet=1)
    end = run("answer", "2", "Now I do.", "--only", **ON)
    assert end.stdout.splitlines()[:2] == ["From now on this is the answer to:", "  Do you have a dog yet?"]
    assert "1  Do you have a dog?" in end.stdout
    assert read_answers(root) == {"Do you have a dog yet?": "Now I do."}
    assert [gap.id for gap in gaps.fetch_all()] == [1]
    case = json.loads((root / "instance" / "evals" / "own.jsonl").read_text())
    assert case["question"] == "Do you have a dog?"  # which is in other words


def test_answers_at_once_lose_nothing(run: Run, root: Path, gaps: Gaps) -> None:
    questions = ["Are you tall?", "Do you sing?", "Where is Fife?", "Who is Ada?"]
    for question in questions:
        gaps.record(question)
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda number: run("answer", str(number), f"Answer {number}.", **ON), range(1, 5)))
    assert [end.returncode for end in ends] == [0] * 4, [end.stderr for end in ends]
    assert read_answers(root) == {question: f"Answer {number}." for number, question in enumerate(questions, 1)}
    assert len((root / "instance" / "evals" / "own.jsonl").read_text().splitlines()) == 4
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


def test_what_the_file_answers_counts_and_is_named(run: Run, root: Path, gaps: Gaps) -> None:
    record(gaps, Are_you_tall=1)
    folder = root / "instance" / "knowledge"
    folder.mkdir()
    (folder / "faq.jsonl").write_bytes("Größe".encode("latin-1"))
    assert_failed_in_one_line(run("answer", "1", "Yes.", **ON), "faq.jsonl: it is not UTF-8")
    (folder / "faq.jsonl").write_text('{"question": "are you tall", "answer": "No."}')
    assert_failed_in_one_line(run("answer", "1", "Yes.", **ON), "has another answer")
    assert gaps.count() == 1
    assert run("answer", "1", "No.", **ON).returncode == 0
    assert (folder / "faq.jsonl").read_text().count("\n") == 0
    assert read_answers(root) == {}
    assert gaps.count() == 0


def test_what_documents_and_answers_cover_by_now_is_dropped_at_the_next_look(run: Run, root: Path, gaps: Gaps) -> None:
    gaps.record("How many sheep do you keep on the island?", "I don't know.")
    gaps.record("Are you tall?", "I don't know.")
    gaps.record("Do you sing?", "I don't know.")
    folder = root / "instance" / "knowledge"
    folder.mkdir()
    (folder / "faq.jsonl").write_text('{"question": "are you tall", "answer": "No."}')
    (folder / "sheep.md").write_text("I keep 40 sheep on the island.")
    end = run("gaps", **ON)
    assert sorted(line.rpartition(": ")[2] for line in end.stderr.splitlines()) == [
        "Are you tall?",
        "How many sheep do you keep on the island?",
    ]
    assert [gap.question for gap in gaps.fetch_all()] == ["Do you sing?"]


def test_a_question_that_was_close_before_waits_until_something_else_is(run: Run, root: Path, gaps: Gaps) -> None:
    question = "How many sheep do you keep on the island?"
    folder = root / "instance" / "knowledge"
    folder.mkdir()
    (folder / "sheep.md").write_text("I keep 40 sheep on the island.")
    [passage] = Folder(folder).read().passages
    gaps.record(question, "I don't know.", passage.key.hex())
    assert run("gaps", **ON).stderr == ""
    (folder / "sheep.md").write_text("I keep 50 sheep on the island now.")
    assert question in run("gaps", **ON).stderr
    assert gaps.count() == 0


EDITOR = """#!{python}
import sys
from pathlib import Path
path = Path(sys.argv[1])
text = path.read_text()
(Path(__file__).parent / "seen.txt").open("a").write(text + "=====")
{script}
"""


@pytest.fixture
def edit(run: Run, tmp_path: Path) -> Callable[[str], tuple[subprocess.CompletedProcess[str], list[str]]]:
    """Run `flask twin gaps --edit` with an editor that is a script, and return its end and what the editor saw."""

    def run_edit(script: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        editor, seen = tmp_path / "editor.py", tmp_path / "seen.txt"
        editor.write_text(EDITOR.format(python=sys.executable, script=script))
        editor.chmod(0o700)
        seen.unlink(missing_ok=True)
        end = run("gaps", "--edit", EDITOR=str(editor), VISUAL=str(editor), **ON)
        return end, seen.read_text().split("=====")[:-1] if seen.exists() else []

    return run_edit


Edit = Callable[[str], tuple[subprocess.CompletedProcess[str], list[str]]]


def read_answers(root: Path) -> dict[str, str]:
    answers = Answers(Databases(None, root / "instance"))
    with closing(answers.database):
        return {entry.question: entry.answer for entry in answers.read()}


def answer(*pairs: tuple[str, str]) -> str:
    """A script that writes below each question."""
    lines = [f"lines = text.splitlines(keepends=True)\npairs = {pairs!r}"]
    lines.append(
        "starts = {q: next(i for i, l in enumerate(lines) if l.startswith('%%') and q in l) for q, _ in pairs}"
    )
    lines.append("ends = {q: next(i for i in range(s, len(lines)) if not lines[i].strip()) for q, s in starts.items()}")
    lines.append("for q, a in sorted(pairs, key=lambda pair: -starts[pair[0]]): lines.insert(ends[q], a + chr(10))")
    return "\n".join([*lines, "path.write_text(''.join(lines))"])


def test_all_answers_are_written_in_one_file_and_are_live_and_can_be_taken_back(
    edit: Edit, run: Run, root: Path, gaps: Gaps
) -> None:
    for question in (
        "Do you have a dog?",
        "Do you have a dog?",
        "Do you have a dog yet?",
        "Are you tall?",
        "Do you sing?",
    ):
        gaps.record(question, "I don't know \x1b[31mthat.")
    markdown = "# Moss\n\nYes:\n\n- a **collie**\n  %% not a comment"
    end, [seen] = edit(answer(("Do you have a dog?", markdown), ("Do you sing?", "Badly.")))
    assert (end.returncode, end.stderr) == (0, "")
    assert end.stdout.splitlines()[0] == "From now on these are the answers to:"
    assert "  or: Do you have a dog yet?   (gets the same answer)" in seen
    assert "your twin said: I don't know [31mthat." in seen
    assert "\x1b" not in seen
    assert read_answers(root) == {"Do you have a dog?": markdown, "Do you sing?": "Badly."}
    assert [gap.question for gap in gaps.fetch_all()] == ["Are you tall?"]
    assert not (root / "instance" / "answers.txt").exists()
    assert run("gaps", "--undo", **ON).returncode == 0
    assert read_answers(root) == {}
    assert next((gap.question, gap.times) for gap in gaps.fetch_all()) == ("Do you have a dog?", 2)
    assert_failed_in_one_line(run("gaps", "--undo", **ON), "no answer is left to take back")
    assert_failed_in_one_line(run("gaps", "--undo", "--edit", **ON), "do not go together")


def test_an_empty_sheet_publishes_nothing(edit: Edit, root: Path, gaps: Gaps) -> None:
    record(gaps, Are_you_tall=1)
    for script in ("", "path.write_text('')", "path.write_bytes(text.replace(chr(10), chr(13) + chr(10)).encode())"):
        end, _ = edit(script)
        assert end.returncode == 0
        assert end.stdout.startswith("There is no answer in it: nothing is published.")
    assert gaps.count() == 1
    assert not (root / "instance" / "answers.txt").exists()


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("text.replace('%% Leave', '%% Leaf')", "begins with %% and was changed"),
        ("text.replace('%% 1 Are', '%% 2 Are')", "the number of this question was 1"),
    ],
)
def test_a_fault_opens_the_sheet_again_with_all_that_was_written(
    edit: Edit, root: Path, gaps: Gaps, damage: str, fault: str
) -> None:
    record(gaps, Are_you_tall=2, Do_you_sing=1)
    written = answer(("Do you sing?", "Badly, in Größe 38."))
    once = f"if '%%!' not in text:\n    text = {damage}\n" + "\n".join(f"    {line}" for line in written.split("\n"))
    end, seen = edit(once)
    assert_failed_in_one_line(end, fault, "Nothing is published")  # since the second time it was left as it was
    assert len(seen) == 2
    assert fault in seen[1].splitlines()[0]
    assert "Badly, in Größe 38." in seen[1]
    assert read_answers(root) == {}
    assert "Badly, in Größe 38." in (root / "instance" / "answers.txt").read_text()
    kept = "(l for l in text.split(chr(10)) if l.startswith(('%% 2 Do', 'Badly')))"
    repair = f"path.write_text(chr(10).join({kept}))"
    end, [again] = edit(repair)  # a later run takes it up
    assert "Badly, in Größe 38." in again
    assert (end.returncode, read_answers(root)) == (0, {"Do you sing?": "Badly, in Größe 38."})


def test_what_was_written_outlives_an_editor_that_fails_and_a_question_that_is_gone(
    edit: Edit, root: Path, gaps: Gaps
) -> None:
    record(gaps, Are_you_tall=2, Do_you_sing=1)
    end, _ = edit(answer(("Do you sing?", "Badly.")) + "\nsys.exit(3)")
    assert_failed_in_one_line(end, "answers.txt", "EDITOR")
    end, _ = edit("path.write_text('')")
    assert_failed_in_one_line(end, "came back empty")
    gaps.delete([2])
    end, seen = edit("")
    assert_failed_in_one_line(end, "below no question that waits")
    assert "Badly." in seen[0]
    assert "Badly." in (root / "instance" / "answers.txt").read_text()
    end, _ = edit("path.write_bytes('Größe'.encode('latin-1'))")
    assert_failed_in_one_line(end, "it is not UTF-8")


def test_an_answer_that_the_file_gives_otherwise_is_a_fault(edit: Edit, root: Path, gaps: Gaps) -> None:
    record(gaps, Are_you_tall=1, Do_you_sing=1)
    file = root / "instance" / "knowledge" / "faq.jsonl"
    script = answer(("Are you tall?", "Yes.")) + (
        f"\nfile = Path({str(file)!r})\nfile.parent.mkdir(exist_ok=True)\n"
        """file.write_text('{"question": "Are you tall?", "answer": "No."}')"""
    )
    end, _ = edit("if '%%!' not in text:\n" + "\n".join(f"    {line}" for line in script.split("\n")))
    assert_failed_in_one_line(end, "faq.jsonl has another answer to “Are you tall?”")
    assert read_answers(root) == {}


def test_tables_of_an_older_twin_are_named(run: Run, postgres: PostgresServer) -> None:
    url = postgres.make_database()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE budget_days (day DATE PRIMARY KEY)")
    engine.dispose()
    assert_failed_in_one_line(run("gaps", **ON, DATABASE_URL=url), "older Twin", "flask twin migrate")
