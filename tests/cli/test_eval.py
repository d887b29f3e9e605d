"""`flask twin eval`: the questions of a file, and whether their answers got worse."""

from __future__ import annotations

import json
import os
import pty
import signal
from pathlib import Path
from threading import Event

import pytest

from ..support.commands import Run, assert_failed_in_one_line
from ..support.scripted_model import ScriptedModel, answers, fails, waits_for
from ..support.service import wait_until
from ..support.warm import WarmPythons

WHO = {"question": "Who are you?", "must": ["Roger"], "must_not": ["/chat ?bot/"]}
HOME = {"question": "Where do you live?", "must": ["Fife"]}
WORK = {"question": "Where do you work?", "must": ["Northwind"], "source": "cv.md"}


@pytest.fixture
def file(root: Path) -> Path:
    path = root / "questions.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in (WHO, HOME, WORK)))
    return path


@pytest.fixture
def results(root: Path) -> Path:
    return root / "instance" / "evals" / "results.json"


def test_an_answer_that_got_worse_fails_each_run_until_it_is_mended_or_accepted(
    run: Run, model: ScriptedModel, file: Path
) -> None:
    model.asked = {"Who are": answers("I am Roger."), "live": answers("In \x1b[31mLeith"), "work": answers("At home.")}
    first = run("eval", str(file))
    assert (first.returncode, first.stderr) == (0, "")
    lines = first.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["ok", "WRONG", "“In", "WRONG", "“At", "1"]
    assert lines[1].endswith("Where do you live?                                lacks “Fife”")
    assert lines[2] == "       “In [31mLeith”"
    assert lines[3].endswith("lacks “Northwind”; cites nothing, not cv.md")
    assert lines[5] == "1 of 3 hold; none was asked before."
    assert [len(request["messages"]) for request in model.requests] == [2, 2, 2]

    model.asked |= {"Who are": answers("I am Roger’s chat\nbot."), "live": answers("In Fife.")}
    file.write_text("\n".join(reversed(file.read_text().splitlines())))
    for _ in range(2):
        worse = run("eval", str(file))
        assert (worse.returncode, worse.stderr) == (1, "")
        assert "\nWORSE  Who are you?" in worse.stdout
        assert "holds “chat bot”; held on 2" in worse.stdout
        assert worse.stdout.endswith("1 of 3 hold; 1 worse than before.\n")
    report = json.loads(run("eval", "--json", "--accept", str(file)).stdout)
    assert [report[verdict] for verdict in ("ok", "wrong", "worse", "unanswered")] == [1, 1, 1, 0]
    assert report["results"][2] == {
        "question": "Who are you?",
        "verdict": "worse",
        "faults": ["holds “chat bot”"],
        "answer": "I am Roger’s chat\nbot.",
        "sources": [],
    }
    accepted = run("eval", str(file))
    assert accepted.returncode == 0
    assert accepted.stdout.endswith("1 of 3 hold; 0 worse than before.\n")


def test_a_question_without_an_answer_changes_nothing_that_is_known(
    run: Run, model: ScriptedModel, file: Path, results: Path
) -> None:
    model.asked = {"Who are": answers("I am Roger."), "live": answers("In Fife.")}
    run("eval", str(file))
    known = results.read_text()
    model.asked |= {"live": fails(401)}
    model.requests.clear()
    end = run("eval", str(file))
    assert_failed_in_one_line(end, "2 of 3 questions got no answer: OPENAI_API_KEY")
    assert [line.split()[0] for line in end.stdout.splitlines()] == ["ok", "?", "?", "1"]
    assert "it was not asked" in end.stdout
    assert end.stdout.endswith("1 of 3 hold; 0 worse than before; 2 got no answer.\n")
    assert len(model.requests) == 2
    assert results.read_text().count("true") == known.count("true") == 2
    model.asked |= {"live": answers("In Leith.")}
    assert run("eval", str(file)).returncode == 1
    assert_failed_in_one_line(run("eval", str(file), DAILY_TOKENS="1"), "3 of 3 questions got no answer")


def test_a_fault_that_may_pass_ends_no_run(run: Run, model: ScriptedModel, file: Path) -> None:
    model.asked = {"Who are": answers(None)}
    end = run("eval", str(file), CHAT_DEADLINE="1")
    assert_failed_in_one_line(end, "1 of 3 questions got no answer")
    assert [line.split()[0] for line in end.stdout.splitlines()] == ["?", "WRONG", "“Hello", "WRONG", "“Hello", "0"]


def test_leaves_no_session_behind(run: Run, root: Path, file: Path) -> None:
    end = run("eval", str(file), MEMORY="on", MEMORY_SUMMARY="on", GAPS="on")
    assert (end.returncode, end.stderr) == (0, "")
    assert not list((root / "instance").glob("memory*"))


def test_a_wrong_file_costs_nothing(run: Run, model: ScriptedModel, file: Path, results: Path) -> None:
    assert_failed_in_one_line(run("eval"), "FILE")
    assert_failed_in_one_line(run("eval", "nowhere.jsonl"), "nowhere.jsonl: it cannot be read")
    results.parent.mkdir()
    results.write_text("{")
    assert_failed_in_one_line(run("eval", str(file)), "results.json", "delete it")
    file.write_text(f'{json.dumps(WHO)}\n{{"question": "Who?", "must": "/[/"}}\n')
    assert_failed_in_one_line(run("eval", str(file)), "questions.jsonl, line 2: must: /[/ is no regular expression")
    assert not model.requests


def test_a_terminal_shows_how_far_it_is(
    root: Path, environment: dict[str, str], file: Path, pythons: WarmPythons, tmp_path: Path
) -> None:
    leader, follower = pty.openpty()
    with (tmp_path / "printed").open("w+b") as printed:
        pythons.start(
            ["flask", "twin", "eval", str(file)], root, environment, follower, printed.fileno(), follower
        ).wait()
        os.close(follower)
        printed.seek(0)
        seen = printed.read()
    assert b"3/3" in os.read(leader, 100_000)
    os.close(leader)
    assert b"Asking" not in seen
    assert seen.endswith(b"0 of 3 hold; none was asked before.\n")


PRICES = {"USD_PER_MILLION_INPUT": "1000", "USD_PER_MILLION_OUTPUT": "10", "MAX_OUTPUT_TOKENS": "1000"}


def test_says_what_a_paid_model_will_cost(run: Run, root: Path, file: Path, model: ScriptedModel) -> None:
    knowledge = root / "instance" / "knowledge"
    knowledge.mkdir(parents=True)
    entry = {"question": "where do you live", "answer": "In Fife."}  # which costs nothing
    (knowledge / "faq.jsonl").write_text(json.dumps(entry))
    end = run("eval", str(file), **PRICES)
    assert len(model.requests) == 2
    [line] = end.stderr.splitlines()
    assert line.startswith("2 questions for the model: about ")
    read = int(line.split("about ")[1].split()[0].replace(",", ""))
    asked = sum(len(message["content"]) for request in model.requests for message in request["messages"])
    assert asked / 6 < read < asked
    assert line.endswith(f"at most 2,000 to write; at most {read / 1_000 + 0.02:.2f} USD.")
    assert run("eval", str(file)).stderr == ""  # on this machine, without a price


@pytest.mark.parametrize(("arguments", "reply", "asked"), [([], b"n\n", 0), ([], b"y\n", 3), (["--yes"], b"", 3)])
def test_a_terminal_asks_before_a_paid_model_is_asked(
    root: Path,
    environment: dict[str, str],
    file: Path,
    model: ScriptedModel,
    pythons: WarmPythons,
    tmp_path: Path,
    arguments: list[str],
    reply: bytes,
    asked: int,
) -> None:
    leader, follower = pty.openpty()
    os.write(leader, reply)
    with (tmp_path / "printed").open("w+b") as printed:
        command = ["flask", "twin", "eval", str(file), *arguments]
        pythons.start(command, root, environment | PRICES, follower, printed.fileno(), follower).wait()
    said = os.read(leader, 100_000)
    assert (b"Ask them?" in said) == (not arguments)
    assert b"3 questions for the model" in said
    assert len(model.requests) == asked
    for end in (leader, follower):
        os.close(end)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_what_was_known(
    run: Run,
    model: ScriptedModel,
    file: Path,
    results: Path,
    environment: dict[str, str],
    pythons: WarmPythons,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    run("eval", str(file))
    known = results.read_text()
    model.requests.clear()
    model.asked = {"live": waits_for(Event(), answers())}
    with Path(os.devnull).open("r+") as nothing, (tmp_path / "told").open("w+") as said:
        streams = [nothing.fileno(), nothing.fileno(), said.fileno()]
        process = pythons.start(["flask", "twin", "eval", str(file)], file.parent, environment, *streams)
        wait_until(lambda: len(model.requests) == 2)
        process.send_signal(number)
        process.wait()
        said.seek(0)
        told = said.read()
    if number == signal.SIGINT:
        assert (process.returncode, told) == (2, "twin: it was interrupted: nothing of this run is kept.\n")
    assert results.read_text() == known
