"""Make a copy of the project in which documented commands run, and list the substitutions that they need."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert

from twin.memory import GivenAnswer, Memory
from twin.settings import Settings
from twin.stores import Databases
from twin.stores.tables import gaps, inventions

from .service import ROOT

SESSION, OTHER = UUID("7a2a0a0c-7c6f-4c5c-9d0a-8a7a8d8f1c5e"), UUID("92f3aede-2f87-4bfe-ab48-a591f597c9bf")
SUBSTITUTIONS = [
    (r"(?<=localhost:)8000|(?<=PORT=)9000", "{port}"),  # tests run beside each other
    (r"\bsudo (-u twin )?", ""),
    (r"-o twin -g twin ", ""),
    (r"\broot:twin\b", "$(id -u):$(id -g)"),
    (r"<where your copy is>", "{origin}"),
    (r"/srv/twin\b", "{server}"),
    # The environment that is made works but is empty; later commands find a filled one.
    (r"python3 -m venv \.venv", "python3 -m venv made && { test -e .venv || cp -R {venv} .venv; }"),
    (r"(?<=twin answer )ID|(?<=--forget )ID", "3"),
    (r"\[ID …\]|\bID\b", str(SESSION)),
    (
        r"flask twin knowledge FILE",
        "mkdir -p instance/knowledge && echo Boats > instance/knowledge/a.md && flask twin knowledge a.md",
    ),
    (r"\bFILE\b", "evals/rules.jsonl"),
    (r"flask twin gaps --undo", "flask twin answer 3 Yes && flask twin gaps --undo"),
    (r"\bPATH\b", "export.jsonl"),
    (r"benchmarks/embedded\.py", r"\g<0> 1"),  # the questions, once each
    (r"-m benchmarks\.scale", r"\g<0> 10"),  # chats
]
MARK = "--- the next command ---"


@dataclass(frozen=True)
class Copy:
    """A copy of the project, and the environment of what runs in it."""

    root: Path
    environment: dict[str, str]

    def translate(self, command: str, port: str) -> str:
        """Return a command with SUBSTITUTIONS made."""
        folder = self.root.parent
        places = {"port": port, "origin": folder / "origin", "server": folder / "server"}
        places |= {"venv": self.root / ".venv"}
        for pattern, new in SUBSTITUTIONS:
            for name, place in places.items():
                new = new.replace(f"{{{name}}}", str(place))
            command = re.sub(pattern, new, command)
        return command

    def start(self, commands: list[str], **settings: str) -> subprocess.Popen[str]:
        """Start commands in a shell that stops at the first failure."""
        folder = self.root.parent
        with (folder / "printed").open("w") as printed, (folder / "told").open("w") as told:
            return subprocess.Popen(
                ["bash", "-ec", f"\necho '{MARK}'\n".join(commands)],
                cwd=self.root,
                env=self.environment | settings,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=told,
                start_new_session=True,
                text=True,
            )

    def read(self, name: str = "printed") -> str:
        """Return the standard output (`printed`) or the standard error (`told`)."""
        return (self.root.parent / name).read_text()


def copy_all(folder: Path) -> Copy:
    """Copy the project as a fresh clone in which everything is installed."""
    root = folder / "twin"
    ours = shutil.ignore_patterns(".git", ".venv", ".env", ".hypothesis", ".*_cache", "*.pyc.*", "instance")
    shutil.copytree(ROOT, root, ignore=ours)
    (root / "instance").mkdir()
    shutil.copy(ROOT / "instance" / "README.md", root / "instance")
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    for program in Path(sys.executable).parent.iterdir():
        if program.name in ("uv", "uvx"):  # these have no dry run, and would change the environment behind the copy
            continue
        if program.name.startswith("python"):  # Python looks for its packages beside the link that starts it
            (programs / program.name).write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
            (programs / program.name).chmod(0o755)
        else:
            (programs / program.name).symlink_to(program)
    for file in root.glob("requirements*/**/*"):
        os.utime(file, (0, 0))
    os.utime(root / "requirements.txt", (0, 0))
    for installed in ("pip", "service", "embedded", "dev", "bench"):  # so that make installs nothing
        (root / ".venv" / installed).touch()
    others = [path for path in os.environ["PATH"].split(":") if Path(path) != Path(sys.executable).parent]
    environment = {
        "PATH": ":".join([str(programs), *others]),
        "HOME": str(folder),
        "PIP_DRY_RUN": "1",
        "PIP_NO_INDEX": "1",
        "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache"),
        "PYTHONUNBUFFERED": "1",
    }
    return Copy(root, environment)


def fill(copy: Copy) -> None:
    """Add the files and records that the commands name: documents, questions, a session, a gap."""
    (copy.root / "cv.pdf").write_bytes(b"%PDF-1.7")
    (copy.root / "folder").mkdir()
    pairs = [("The bell weighs 300 kg.", "How heavy is the bell?"), ("The crane is red.", "What colour has the crane?")]
    passages = [{"id": f"s{number}", "text": text} for number, (text, _) in enumerate(pairs)]
    questions = [{"question": asked, "passage": f"s{number}", "answer": "…"} for number, (_, asked) in enumerate(pairs)]
    for kind, lines in {"passages": passages, "questions": questions}.items():
        (copy.root / "folder" / f"en.{kind}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    databases = Databases(None, copy.root / "instance")
    memory, today = Memory(Settings(), databases), datetime.now(UTC).date()
    exchange = memory.open("Hi", str(SESSION))
    exchange.record(GivenAnswer("Hello.", "stop", "persona"))
    exchange.close()
    asked = [(3, "Do you have a dog?", 11), (9, "You have a dog, do you?", 1)]
    rows = [
        {"id": id_, "key": text, "question": text, "times": times, "first_day": today, "last_day": today}
        for id_, text, times in asked
    ]
    memory.database.run(lambda connection: connection.execute(insert(gaps), rows))
    said = {"id": 2, "key": "2", "sentence": "I worked for Kestrel Health until 2019.", "times": 1}
    days = {"first_day": rows[0]["first_day"], "last_day": rows[0]["last_day"]}
    memory.database.run(lambda connection: connection.execute(insert(inventions), said | days))
    memory.database.close()
    said = {"role": "user", "content": "Hi", "timestamp": "2026-01-02T03:04:05Z"}
    export = {"session_id": str(OTHER), "created_at": said["timestamp"], "messages": [said]}
    (copy.root / "export.jsonl").write_text(json.dumps(export))


def make_origin(copy: Copy) -> None:
    """Make a repository of the copy, and the copy a clone of that."""
    commands = [
        "git init -q",
        "git add -A",
        "git -c user.name=Ada -c user.email=ada@example.org commit -qm All",
        "git clone -q --bare . ../origin",
        "git remote add origin ../origin",
        "git fetch -q",
        "git branch -q --set-upstream-to=origin/$(git branch --show-current)",
    ]
    subprocess.run(["bash", "-ec", "\n".join(commands)], cwd=copy.root, env=copy.environment, check=True)
