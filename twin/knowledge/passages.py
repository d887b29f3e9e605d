"""Parts of documents, each of which is found, sent and cited as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from ..text.sentences import SENTENCE_END, WHITE_SPACE
from ..text.words import find_terms, find_words
from .evidence import Evidence

MOST = 500  # characters of a passage: a vector of more says less of each sentence in it
FEW = 150  # of a paragraph that is joined to the next one under the same heading
CONTEXT = 200  # of what stands before a passage
HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")
CLOSING = re.compile(r"(?<![ \t])[ \t]+#+$")  # of a heading
FENCED = re.compile(r"\s*(```|~~~)")  # code, in which # opens a comment


@dataclass(frozen=True)
class Passage:
    """A part of a document, as it stands there; `heading` is those above it, the outermost first."""

    document: str  # the name of its file
    title: str  # of the document
    heading: str
    text: str
    is_private: bool = False
    is_citable: bool = True
    context: str = ""  # the end of what stands before it

    @cached_property
    def indexed(self) -> str:
        """What it is found by: its text, after where it stands."""
        return "\n".join(filter(None, [self.title, self.heading, self.text]))

    @cached_property
    def key(self) -> bytes:
        """What its vector is kept under: SHA-256 of what that is made of, in 32 bytes."""
        return sha256(f"{self.context}\0{self.indexed}".encode()).digest()

    @cached_property
    def terms(self) -> frozenset[str]:
        """What it is found by, word for word."""
        return frozenset(find_terms(self.indexed))

    @property
    def evident(self) -> str:
        """What an answer may have from it."""
        return f"{self.heading}\n{self.text}"

    @cached_property
    def evidence(self) -> Evidence:
        """What shows that an answer has it from here."""
        return Evidence.of(self.evident)

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The words that name its document."""
        return frozenset(find_words(f"{self.title} {self.document}"))


def make_passages(
    document: str, title: str, text: str, *, is_private: bool = False, is_citable: bool = True
) -> Iterator[Passage]:
    """Yield the passages of a text, each knowing how the one before it ends."""
    context = ""
    for heading, part in split(text):
        yield Passage(document, title, heading, part, is_private, is_citable and not is_private, context)
        context = part[-CONTEXT:]


def name_heading(text: str) -> str:
    """Return what a heading says, without the # that may close it after a space: “C#” stays."""
    return CLOSING.sub("", text.rstrip())


def split(text: str) -> Iterator[tuple[str, str]]:
    """Yield each part of a text with the headings that stand above it; none has more than MOST characters.

    A part never reaches over a heading. Short paragraphs are joined, and long ones divided between sentences or
    lines, else between words, else anywhere.
    """
    for heading, paragraphs in _find_sections(text):
        for part in _join(piece for paragraph in paragraphs for piece in _divide(paragraph)):
            yield heading, part


def _find_sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the paragraphs between two headings (ATX, CommonMark 4.2), with all the headings that are open there."""
    open_headings: list[tuple[int, str]] = []
    lines: list[str] = []
    is_code = False
    for line in text.split("\n"):
        is_code ^= FENCED.match(line) is not None
        if is_code or not (heading := HEADING.match(line)):
            lines.append(line)
            continue
        level = len(heading[1])
        yield _close_section(open_headings, lines, level)
        name = name_heading(heading[2])
        lines, open_headings = [], [(above, other) for above, other in open_headings if above < level] + [(level, name)]
    yield _close_section(open_headings, lines, 0)


def _close_section(headings: list[tuple[int, str]], lines: list[str], level: int) -> tuple[str, list[str]]:
    """Return a section that a heading of this level ends; one with no text under it is text itself."""
    paragraphs = _paragraphs(lines)
    if headings and not paragraphs and level <= headings[-1][0]:
        return _name(headings[:-1]), [headings[-1][1]]
    return _name(headings), paragraphs


def _name(headings: list[tuple[int, str]]) -> str:
    return " › ".join(name for _, name in headings)[:MOST]


def _paragraphs(lines: list[str]) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n\s*\n", "\n".join(lines)) if part.strip()]


def _divide(paragraph: str) -> Iterator[str]:
    """Yield a paragraph, or its parts where it is too long: as many whole sentences in each as it holds."""
    start = 0
    while len(paragraph) - start > MOST:
        end = next(
            filter(None, (_find_last_end(by, paragraph, start) for by in (SENTENCE_END, WHITE_SPACE))), start + MOST
        )
        if part := paragraph[start:end].strip():
            yield part
        start = end
    if part := paragraph[start:].strip("\n"):
        yield part


def _find_last_end(pattern: re.Pattern[str], text: str, start: int) -> int | None:
    """Return where the last match ends that leaves room for what is before it."""
    return max((match.end() for match in pattern.finditer(text, start, start + MOST)), default=None)


def _join(parts: Iterable[str]) -> Iterator[str]:
    """Yield them, each short one with what follows it while that fits."""
    joined = ""
    for part in parts:
        if joined and (len(joined) >= FEW or len(joined) + len(part) + 2 > MOST):
            yield joined
            joined = part
        else:
            joined = f"{joined}\n\n{part}" if joined else part
    if joined:
        yield joined
