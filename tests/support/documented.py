"""The commands that README and docs show, as they stand there: in blocks of a shell, and between backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .service import ROOT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
COMMENT = re.compile(r"(^|\s)#.*")
SHELLS = ("sh", "bash", "shell", "console")
# What begins like a program's name, in lower case, and goes on: so that a command of any program is found.
PROGRAM = re.compile(r"[a-z.][\w./-]* ")


@dataclass(frozen=True)
class Script:
    """Commands that are run one after another, and for each what the document shows of its output, if it does."""

    place: str
    commands: tuple[str, ...]
    shown: tuple[str, ...]


def list_documents() -> list[Path]:
    """Return the files that tell a person what to type."""
    names = ["README.md", "CONTRIBUTING.md", *sorted(path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.md"))]
    return [ROOT / name for name in (*names, "instance/README.md") if (ROOT / name).exists()]


def read_scripts() -> list[Script]:
    """Return what all documents show, in their order: blocks whole, and between backticks each command once."""
    found = [script for path in list_documents() for script in _read_blocks(path)]
    seen = {command for script in found for command in script.commands}
    for path in list_documents():
        for script in _read_code(path):
            if script.commands[0] not in seen:
                found.append(script)
                seen.update(script.commands)
    return found


def _read_blocks(path: Path) -> Iterator[Script]:
    text = path.read_text(encoding="utf-8")
    for block in FENCE.finditer(text):
        if block[1] in SHELLS:
            commands, shown = _read_console(block[2]) if "\n$ " in f"\n{block[2]}" else _read_lines(block[2])
            yield Script(_locate(path, text, block.start(2)), commands, shown)


def _read_lines(block: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lines = (COMMENT.sub("", line).strip() for line in block.replace("\\\n", " ").splitlines())
    commands = tuple(filter(None, lines))
    return commands, ("",) * len(commands)


def _read_console(block: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    entries = [entry.partition("\n") for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return tuple(command.strip() for command, _, _ in entries), tuple(output.strip() for _, _, output in entries)


def _read_code(path: Path) -> Iterator[Script]:
    text = path.read_text(encoding="utf-8")
    prose = FENCE.sub(lambda block: re.sub(r"[^\n]", "", block[0]), text)  # the lines keep their numbers
    for code in CODE.finditer(prose):
        command = " ".join(code[1].replace(r"\|", "|").split())
        if PROGRAM.match(command):
            yield Script(_locate(path, prose, code.start()), (command,), ("",))


def _locate(path: Path, text: str, position: int) -> str:
    return f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, position) + 1}"
