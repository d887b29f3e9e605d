"""The sheet of `flask twin gaps --edit`: one text with all questions, below which the owner writes the answers.

Lines that begin with %% are the sheet's; those of one question have its number. All others are the owner's, whatever
they look like. So an answer may be Markdown, and is never taken for that of another question: a line of the sheet that
was changed is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from ..gaps import Topic
from ..text.invisible import strip_invisible
from .terminal import make_printable

MARK = "%%"
FAULT = f"{MARK}!"  # begins the lines that say what is wrong
LINE_ID = re.compile(r"%% (\d+) ")
MAX_WORDINGS = 10  # other wordings of a question that are shown
INTRODUCTION = f"""\
{MARK} Write each answer below its question, and leave it empty to skip that. It goes out word for word, as Markdown.
{MARK} Leave the lines that begin with {MARK} as they are. Save and close to publish what you have written.
"""
INTRODUCTION_LINES = frozenset(INTRODUCTION.splitlines())


@dataclass(frozen=True)
class Sheet:
    """The answers that stand in a sheet, by the ID of their question, and what is wrong with it."""

    answers: Mapping[int, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    stray: str = ""  # text below no question that waits


def write_sheet(topics: Sequence[Topic], sheet: Sheet) -> str:
    """Return a sheet of topics, with what is written already."""
    parts = [INTRODUCTION]
    parts += [f"{sheet.stray}\n"] if sheet.stray else []
    for topic in topics:
        lines = "\n".join(_describe(topic))
        parts.append(f"\n{lines}\n{sheet.answers.get(topic.main.id, '')}\n")
    return "".join(parts)


def add_faults(text: str, faults: Sequence[str]) -> str:
    """Return the text of a sheet below the faults in it, and without earlier ones."""
    lines = _split(text)
    while lines and lines[0].startswith(FAULT):
        del lines[0]
    return "\n".join([*(f"{FAULT} {fault}" for fault in faults), *lines, ""])


def read_sheet(text: str, topics: Sequence[Topic]) -> Sheet:
    """Return the answers in a text that was a sheet of `topics`."""
    reader = _Reader(topics, {line.rstrip() for line in _split(text)})
    for number, line in enumerate(_split(text), 1):
        reader.read(number, line)
    found, faults = reader.found, reader.faults
    answers = {id_: _strip(lines) for id_, lines in found.items() if id_ is not None}
    gone = [answer for id_, answer in answers.items() if answer and id_ not in reader.asked]
    stray = "\n\n".join(filter(None, [_strip(found.get(None, [])), *gone]))
    if stray:
        faults.append("Some text stands below no question that waits: move it below one, or delete it.")
    kept = {id_: answer for id_, answer in answers.items() if answer and id_ in reader.asked}
    return Sheet(kept, tuple(faults), stray)


class _Reader:
    """Reads a sheet line by line."""

    def __init__(self, topics: Sequence[Topic], lines: Set[str]) -> None:
        self.asked = {topic.main.id for topic in topics}
        self.found: dict[int | None, list[str]] = {}
        self.faults: list[str] = []
        self._shown = {LINE_ID.sub("", _describe(topic)[0]): topic.main.id for topic in topics}
        self._lines = {line for topic in topics for line in _describe(topic)}
        self._headed = {topic.main.id for topic in topics if _describe(topic)[0] in lines}
        self._current: int | None = None  # the question to which the next lines belong
        self._is_head = True  # whether only lines that say what is wrong stood before

    def read(self, number: int, line: str) -> None:
        """Read a line: one of the sheet's, or the owner's."""
        plain = line.rstrip()
        if self._is_head and plain.startswith(FAULT):
            return
        self._is_head = False
        if not line.startswith(MARK):
            self.found.setdefault(self._current, []).append(line)
        elif match := LINE_ID.match(plain):
            self._read_shown(number, plain, int(match[1]), plain[match.end() :])
        elif plain not in INTRODUCTION_LINES:
            self.faults.append(f"Line {number} begins with {MARK} and was changed: delete it, or what was changed.")

    def _read_shown(self, number: int, line: str, id_: int, text: str) -> None:
        """Read a line with the number of a question, which may have been changed where there is no other one."""
        shown = self._shown.get(text, id_)
        if shown != id_:
            self.faults.append(f"Line {number}: the number of this question was {shown}: write it again.")
        elif line not in self._lines and id_ in self._headed:
            self.faults.append(f"Line {number} begins with {MARK} {id_}, but is none of that question's: change it.")
            self.found.setdefault(self._current, []).append(line)
            return
        self._current = id_


def _split(text: str) -> list[str]:
    """Return the lines of a text as an editor counts them; other signs that end a line are the owner's."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _describe(topic: Topic) -> list[str]:
    """Return the lines of the sheet that show a topic."""
    main, group = topic.main, topic.groups[0]
    lines = [f"{main.question}   (asked {topic.times}×, last on {topic.last_day})"]
    lines += [f"  or: {gap.question}   (gets the same answer)" for gap in group.gaps[1 : MAX_WORDINGS + 1]]
    lines += [f"  also near: {gap.question}   (stays in the list)" for gap in topic.near[:MAX_WORDINGS]]
    lines += [f"  your twin said: {topic.said}"] if topic.said else []
    return [f"{MARK} {main.id} {make_printable(' '.join(line.splitlines()))}".rstrip() for line in lines]


def _strip(lines: Sequence[str]) -> str:
    """Return lines as a text, without blank ends but for two spaces, which break a line in Markdown."""
    kept = (line.rstrip() + ("  " if line.rstrip() and line.endswith("  ") else "") for line in lines)
    return strip_invisible("\n".join(kept)).strip("\n").rstrip(" ")
