"""Read the commands that README and docs show: those in blocks of a shell, and those between backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .service import ROOT

# As CommonMark has it (section 4.5), and also in a list or a quotation, whose marks stand before it.
OPENING = re.compile(r"(?P<before>[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?)(?P<fence>`{3,}|~{3,})(?P<language>[^`]*)$")
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
COMMENT = re.compile(r"(^|\s)#.*")
SHELLS = ("sh", "console")
DATA = (
    "caddy",
    "html",
    "ini",
    "js",
    "json",
    "jsx",
    "nginx",
    "php",
    "python",
    "text",
    "yaml",
)  # the languages of blocks that hold no commands
# Text between backticks that begins with a program's name in lower case and goes on counts as a command.
PROGRAM = re.compile(r"[a-z.][\w./-]* ")


@dataclass(frozen=True)
class Block:
    """A fenced block of code, without the indent of its list; `line` is the number of its opening fence, from 1."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Script:
    """Commands that are run one after another, and for each the output that the document shows, or an empty text."""

    place: str
    commands: tuple[str, ...]
    shown: tuple[str, ...]


def list_documents() -> list[Path]:
    """Return the files that tell a person what to type."""
    names = ["README.md", "CONTRIBUTING.md", *sorted(path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.md"))]
    return [ROOT / name for name in (*names, "instance/README.md") if (ROOT / name).exists()]


def read_scripts() -> list[Script]:
    """Return the scripts of all documents in order: blocks whole, then each command between backticks once."""
    texts = [(path, *split_blocks(path.read_text(encoding="utf-8"))) for path in list_documents()]
    found = [script for path, _, blocks in texts for script in _read_blocks(path, blocks)]
    seen = {command for script in found for command in script.commands}
    for path, prose, _ in texts:
        for script in _read_code(path, prose):
            if script.commands[0] not in seen:
                found.append(script)
                seen.update(script.commands)
    return found


def split_blocks(text: str) -> tuple[str, list[Block]]:
    """Return a document's prose, in which an empty line stands for each line of a block, and its blocks.

    Raises ValueError for a block without an end.
    """
    prose, blocks = [], []
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if (opening := OPENING.match(line)) is None:
            prose.append(line)
            continue
        inside = []
        closing = re.compile(rf"[\s>]*{opening['fence'][0]}{{{len(opening['fence'])},}}\s*$")
        for _, code in lines:
            if closing.match(code):
                break
            inside.append(code)
        else:
            raise ValueError(f"line {number}: the block has no end")
        prose += [""] * (len(inside) + 2)  # so that the lines keep their numbers
        width = len(opening["before"])
        dedented = [code[width:] if not code[:width].strip(" >") else code for code in inside]
        blocks.append(Block(opening["language"].strip(), "".join(f"{code}\n" for code in dedented), number))
    return "\n".join(prose), blocks


def _read_blocks(path: Path, blocks: list[Block]) -> Iterator[Script]:
    for block in blocks:
        if block.language in SHELLS:
            commands, shown = (_read_console if block.language == "console" else _read_lines)(block.text)
            yield Script(_locate(path, block.line + 1), commands, shown)


def _read_lines(block: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lines = (COMMENT.sub("", line).strip() for line in block.replace("\\\n", " ").splitlines())
    commands = tuple(filter(None, lines))
    return commands, ("",) * len(commands)


def _read_console(block: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    entries = [entry.partition("\n") for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return tuple(command.strip() for command, _, _ in entries), tuple(output.strip() for _, _, output in entries)


def _read_code(path: Path, prose: str) -> Iterator[Script]:
    for code in CODE.finditer(prose):
        command = " ".join(code[1].replace(r"\|", "|").split())
        if PROGRAM.match(command):
            yield Script(_locate(path, prose.count("\n", 0, code.start()) + 1), (command,), ("",))


def _locate(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"
