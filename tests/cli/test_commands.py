"""`flask twin …`, as an owner runs it in a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import click
import pytest

from twin.cli import commands
from twin.llm.embedded import NOTICE
from twin.settings import Settings

from ..support.commands import Run, assert_failed_in_one_line
from ..support.scripted_model import ScriptedModel, Step, answers, completion, fails, follows, sends, streams
from ..support.service import processes_in, shorten_persona, wait_until
from ..support.warm import WarmPythons


def all_commands(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from all_commands(command, *before, name)
        else:
            yield " ".join([*before, name]), command


def test_which_commands_take_json_is_what_the_readme_says() -> None:
    without = {name for name, command in all_commands(commands) if "as_json" not in {p.name for p in command.params}}
    of_groups = {"keys add", "keys revoke", "sessions export", "sessions import", "sessions purge"}
    assert without == {"answer", "desk", "migrate", "notify"} | of_groups


def test_asks(run: Run, model: ScriptedModel) -> None:
    model.script.append(answers("I am Roger."))
    end = run("ask", "Who are you?")
    assert (end.returncode, end.stdout, end.stderr) == (0, "I am Roger.\n", "")
    system, user = model.requests[0]["messages"]
    assert "Roger J. Campbell" in system["content"]
    assert user["content"] == "Who are you?"


def test_asks_what_comes_from_standard_input_as_one_message(run: Run, model: ScriptedModel) -> None:
    assert run("ask", "-", stdin="Two\nlines, größer\n").stdout == "Hello from the model.\n"
    assert [request["messages"][-1]["content"] for request in model.requests] == ["Two\nlines, größer"]


def test_converses_a_line_at_a_time(run: Run, model: ScriptedModel) -> None:
    model.script.extend([answers("One"), answers("Two")])
    end = run("ask", stdin="Hi\n\n  \nAnd then?")
    assert (end.returncode, end.stdout) == (0, "One\nTwo\n")
    assert [request["messages"][-1]["content"] for request in model.requests] == ["Hi", "And then?"]


def test_prints_the_json_that_the_route_answers(run: Run, model: ScriptedModel) -> None:
    model.script.extend([answers("One"), answers("Two", "length")])
    first, second = map(json.loads, run("ask", "--json", stdin="Hi\nAnd then?\n").stdout.splitlines())
    assert first == {"response": "One", "session_id": second["session_id"]}
    assert second["finish_reason"] == "length"
    assert UUID(first["session_id"]).version == 4


def test_a_conversation_goes_on_after_a_failure_and_tells_of_it(run: Run, model: ScriptedModel) -> None:
    model.script.append(fails(401))
    end = run("ask", stdin="Hi\nAgain\n")
    assert end.stdout == "Hello from the model.\n"
    assert_failed_in_one_line(end, "OPENAI_API_KEY")


def test_a_person_is_prompted(
    root: Path, environment: dict[str, str], model: ScriptedModel, pythons: WarmPythons
) -> None:
    leader, follower = pty.openpty()
    process = pythons.start(["flask", "twin", "ask"], root, environment, follower, follower, follower)
    os.close(follower)
    seen = b""
    for typed in (b"Hi\n", b"\x04"):  # the last: Ctrl-D
        while not seen.endswith(b"> "):
            seen += os.read(leader, 1024)
        seen += b"|"
        os.write(leader, typed)
    os.close(leader)
    process.wait()
    assert b"Hello from the model.\r\n" in seen


@pytest.mark.parametrize("arguments", [["ask", ""], ["ask", "x" * 20_001]])
def test_names_what_is_wrong_with_a_message(run: Run, arguments: list[str], model: ScriptedModel) -> None:
    assert_failed_in_one_line(run(*arguments), "message: ")
    assert not model.requests


def test_standard_input_that_is_no_text_is_named(run: Run) -> None:
    for arguments in (["ask", "-"], ["ask"]):
        assert_failed_in_one_line(run(*arguments, stdin=b"\xff\n"), "the message is not UTF-8")
    assert_failed_in_one_line(run("ask", "a\udcff"), "the message is not UTF-8")


@pytest.mark.parametrize("arguments", [["nothing"], ["ask", "--nothing"], ["ask", "a", "b"], ["settings", "a"]])
def test_a_wrong_command_ends_in_one_line(run: Run, arguments: list[str]) -> None:
    assert_failed_in_one_line(run(*arguments), "--help")


def test_an_answer_cannot_steer_the_terminal(run: Run, model: ScriptedModel) -> None:
    model.script.append(answers("red \x1b[31mand\x07 loud\n\tnext\x9b1m"))
    assert run("ask", "Hi").stdout == "red [31mand loud\n\tnext1m\n"


def test_the_embedded_model_answers_and_says_what_it_is(run: Run, root: Path) -> None:
    shorten_persona(root)
    end = run("ask", "Who are you?", OPENAI_API_KEY=None, OPENAI_BASE_URL=None, MAX_OUTPUT_TOKENS="20")
    assert end.returncode == 0
    assert end.stdout.strip()
    assert end.stderr == f"{NOTICE}\n"
    wait_until(lambda: not processes_in(root), "a process was left behind")


def test_help_imports_no_openai(root: Path) -> None:
    end = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "flask", "twin", "--help"],
        cwd=root,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    imported = {line.rpartition("|")[2].strip() for line in end.stderr.splitlines()}
    assert "flask.cli" in imported
    assert not imported & {"openai", "httpx2"}
    for command in ("ask", "check", "settings"):
        assert command in end.stdout


def test_settings_tell_their_values_sources_and_meanings(run: Run, root: Path) -> None:
    (root / "instance" / "config.py").write_text("CHAT_DEADLINE = 7.5\nMAX_OUTPUT_TOKENS = 5\n")
    (root / ".env").write_text("MAX_OUTPUT_TOKENS=6\nOPENAI_TEMPERATURE=0.3\n")
    url = "http://me:sk-hidden@localhost:1/v1"
    end = run("settings", "--json", OPENAI_TEMPERATURE="0.4", OPENAI_BASE_URL=url)
    rows = {row["name"]: (row["value"], row["source"]) for row in json.loads(end.stdout)}
    assert rows.keys() == {name.upper() for name in Settings.model_fields}
    assert rows["CHAT_DEADLINE"] == ("7.5", "instance/config.py")
    assert rows["MAX_OUTPUT_TOKENS"] == ("6", ".env")
    assert rows["OPENAI_TEMPERATURE"] == ("0.4", "environment")
    assert rows["CORS_ORIGINS"] == ("http://localhost:3000", "default")
    assert rows["MODEL_CONTEXT"] == (None, "default")
    assert rows["OPENAI_API_KEY"] == ("**********", "environment")
    assert rows["OPENAI_BASE_URL"] == ("http://********@localhost:1/v1", "environment")
    text = run("settings", OPENAI_BASE_URL=url).stdout
    for name, field in Settings.model_fields.items():
        assert f"\n{name.upper()}=" in f"\n{text}"
        assert str(field.description) in text
    assert "sk-" not in text + end.stdout


def test_check_finds_nothing_where_all_is_well(run: Run, model: ScriptedModel) -> None:
    end = run("check", CORS_ORIGINS="https://a.example, http://[::1]:3000", ALLOWED_HOSTS="twin.example")
    assert (end.returncode, end.stderr) == (0, "")
    assert [line.split()[:2] for line in end.stdout.splitlines()] == [
        ["ok", "settings"],
        ["ok", "persona"],
        ["ok", "knowledge"],
        ["ok", "budget"],
        ["ok", "memory"],
        ["ok", "desk"],
        ["ok", "gaps"],
        ["ok", "model"],
        ["ok", "origins"],
    ]
    assert "Hello from the model." in end.stdout
    assert "https://a.example, http://[::1]:3000" in end.stdout
    assert ["stream" in request for request in model.requests] == [True, False]
    report = json.loads(run("check", "--json", CORS_ORIGINS="*").stdout)
    assert report["ok"]
    assert "every website" in report["checks"][-1]["message"]


def test_check_finds_all_that_is_wrong_at_once(run: Run, root: Path, model: ScriptedModel) -> None:
    end = run("check", PORT="0", CHAT_DEADLINE="soon")
    assert end.returncode == 1
    assert [line[:23] for line in end.stdout.splitlines()] == ["WRONG  settings   CHAT_", "WRONG  settings   PORT:"]
    (root / "me.txt").unlink()
    model.otherwise = fails(401)
    lines = run("check").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["ok", "settings"],
        ["WRONG", "persona"],
        ["ok", "knowledge"],
        ["ok", "budget"],
        ["ok", "memory"],
        ["ok", "desk"],
        ["ok", "gaps"],
        ["WRONG", "model"],
        ["ok", "origins"],
    ]


LONG = "I am Ada, and I answer in more words than one piece holds."


@pytest.mark.parametrize(
    ("whole", "streamed", "says"),
    [
        (answers(LONG), streams(*LONG.split(" ")), "whole and streamed alike."),
        (answers(LONG), sends(completion(LONG)), "in one piece"),
        (answers(LONG), streams("Hi", finish_reason="length"), "streamed length"),
        (answers(LONG), streams("Be brief.", "</think>", "Hi"), "shows thinking"),
        (answers(LONG), streams("Hi", then="reset"), "streamed, it reports no usage"),
    ],
)
def test_check_says_where_a_stream_differs(
    run: Run, model: ScriptedModel, whole: Step, streamed: Step, says: str
) -> None:
    model.otherwise = follows(whole, streamed)
    end = run("check")
    assert end.returncode == 0
    assert says in next(line for line in end.stdout.splitlines() if " model " in line)


@pytest.mark.parametrize(
    ("whole", "streamed", "says"),
    [
        (answers(), fails(400, "unsupported_parameter"), "streamed, as the page asks, it fails: OPENAI_EXTRA"),
        (fails(500), streams("Hi"), "asked for a whole answer it fails: OPENAI_BASE_URL"),
    ],
)
def test_check_finds_a_model_that_answers_one_way_alone(
    run: Run, model: ScriptedModel, whole: Step, streamed: Step, says: str
) -> None:
    model.otherwise = follows(whole, streamed)
    end = run("check")
    assert end.returncode == 1
    assert says in next(line for line in end.stdout.splitlines() if " model " in line)


def test_spend_shows_what_the_days_have_cost(run: Run, model: ScriptedModel) -> None:
    for _ in range(2):
        run("ask", "Hi")
    prices = {"USD_PER_MILLION_INPUT": "100", "USD_PER_MILLION_OUTPUT": "200"}
    run("ask", "Hi", DAILY_USD="2", **prices)
    head, today, cap = run("spend", DAILY_USD="2", **prices).stdout.splitlines()
    assert head.split() == ["day", "calls", "tokens", "USD", "tokens", "held", "USD", "held"]
    assert today.split()[1:] == ["3", "36", "0.0017", "0", "0.0000"]
    assert cap.startswith("A day may cost 1000000 tokens and 2 USD.")
    (day,) = json.loads(run("spend", "--json").stdout)
    assert (day["tokens"], day["held_tokens"]) == (36, 0)


def test_spend_says_why_there_is_nothing_to_show(run: Run) -> None:
    assert_failed_in_one_line(run("spend", DAILY_TOKENS="0"), "nothing is counted")
    assert_failed_in_one_line(run("spend", DATABASE_URL="postgresql://127.0.0.1:1/nothing"), "DATABASE_URL: ")
    assert run("spend", "--json").stdout == "[]\n"


def test_check_finds_a_budget_that_holds_no_answer(run: Run) -> None:
    end = run("check", DAILY_TOKENS="100")
    assert end.returncode == 1
    assert "WRONG  budget     DAILY_TOKENS" in end.stdout


def test_check_says_that_the_embedded_model_is_a_trial(run: Run, root: Path) -> None:
    shorten_persona(root)
    end = run("check", OPENAI_API_KEY=None, OPENAI_BASE_URL=None, MAX_OUTPUT_TOKENS="20")
    assert end.returncode == 0
    assert NOTICE in end.stdout


def test_check_finds_documents_that_cannot_be_read_and_says_how_much_is_sent(run: Run, root: Path) -> None:
    folder = root / "instance" / "knowledge"
    folder.mkdir()
    (folder / "cv.md").write_text("I worked at Northwind.")
    assert "ok     knowledge  1 document, about" in run("check").stdout
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7")
    (folder / "long.md").write_text("word\n" * 30_000)
    end = run("check")
    assert end.returncode == 1
    assert "WRONG  knowledge  instance/knowledge/: broken.pdf: it is" in end.stdout
    (folder / "broken.pdf").unlink()
    assert "of which the closest 12000 are sent; found by words and vectors (" in run("check").stdout
