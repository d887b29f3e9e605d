"""Passages: parts of documents that are found, sent and cited as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from ..grounding.support import Facts
from ..system.caching import cached_property
from ..text.sentences import SENTENCE_END, WHITE_SPACE, find_sentences
from ..text.words import find_terms

MAX_SECTION = 500  # characters
SHORT_PARAGRAPH = 150  # characters; a shorter one is joined to the next under the same heading
MAX_PASSAGE = 180  # characters, if the sentence is not longer: a vector of more says less of each sentence
FAQ_TITLE = "FAQ"  # of a document in which each heading is a question, and what follows the owner's answer
CONTEXT_CHARACTERS = 200  # of the text before a passage
HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")
CLOSING_MARKS = re.compile(r"(?<![ \t])[ \t]+#+$")  # of a heading
FENCED = re.compile(r"\s*(```|~~~)")  # code, in which # opens a comment


@dataclass(frozen=True)
class Passage:
    """A verbatim part of a document; `heading` joins the open headings above, the outermost first."""

    document: str  # the name of its file
    title: str  # of the document
    heading: str
    text: str
    is_private: bool = False
    is_citable: bool = True
    context: str = ""  # the end of the text before it
    within: Passage | None = None  # the section that it is cut from

    @property
    def section(self) -> Passage:
        """The section that the passage is cut from, or itself: what an answer is compared with, and what is quoted."""
        return self.within or self

    @property
    def is_answer(self) -> bool:
        """Whether this is an answer that the owner wrote to the question in its heading."""
        return self.title == FAQ_TITLE and bool(self.heading)

    @property
    def label(self) -> str:
        """What a visitor is shown as the source: the document's title, or the question that it answers."""
        return self.heading if self.is_answer else self.title

    @cached_property
    def indexed(self) -> str:
        """The text that is indexed: title, heading, and the passage itself."""
        return "\n".join(filter(None, [self.title, self.heading, self.text]))

    @cached_property
    def key(self) -> bytes:
        """The key in the index: SHA-256, in 32 bytes, of all that the vector is made of."""
        return sha256(f"{self.context}\0{self.indexed}".encode()).digest()

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of the indexed text."""
        return frozenset(find_terms(self.indexed))

    @cached_property
    def facts(self) -> Facts:
        """The facts of the indexed text, by which those of an answer are found in it."""
        return Facts.of(self.indexed)


def make_passages(
    document: str, title: str, text: str, *, is_private: bool = False, is_citable: bool = True
) -> Iterator[Passage]:
    """Yield the passages of a text, each with the end of the one before as its context."""
    context = ""
    for heading, text_of_section in split(text):
        section = Passage(document, title, heading, text_of_section, is_private, is_citable and not is_private)
        for part in _cut(text_of_section):
            yield replace(section, text=part, context=context, within=section)
            context = part[-CONTEXT_CHARACTERS:]


def name_heading(text: str) -> str:
    """Return a heading's text, without closing # after a space; “C#” stays."""
    return CLOSING_MARKS.sub("", text.rstrip())


def split(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sections of a text, of at most MAX_SECTION characters, with the headings above.

    None spans a heading. Short paragraphs are joined, and long ones divided between sentences or lines, else
    between words, else anywhere.
    """
    for heading, paragraphs in _find_sections(text):
        for part in _join(piece for paragraph in paragraphs for piece in _divide(paragraph)):
            yield heading, part


def _find_sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the paragraphs between two headings (ATX, CommonMark 4.2), with all headings that are open there."""
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
    """Return the section that a heading of this level ends; a heading without any text below becomes text."""
    paragraphs = _paragraphs(lines)
    if headings and not paragraphs and level <= headings[-1][0]:
        return _join_headings(headings[:-1]), [headings[-1][1]]
    return _join_headings(headings), paragraphs


def _join_headings(headings: list[tuple[int, str]]) -> str:
    return " › ".join(name for _, name in headings)[:MAX_SECTION]


def _paragraphs(lines: list[str]) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n\s*\n", "\n".join(lines)) if part.strip()]


def _divide(paragraph: str) -> Iterator[str]:
    """Yield a paragraph, or, where that is too long, parts of as many whole sentences as fit."""
    start = 0
    while len(paragraph) - start > MAX_SECTION:
        ends = (_find_last_end(pattern, paragraph, start) for pattern in (SENTENCE_END, WHITE_SPACE))
        end = next(filter(None, ends), start + MAX_SECTION)
        if part := paragraph[start:end].strip():
            yield part
        start = end
    if part := paragraph[start:].strip("\n"):
        yield part


def _cut(section: str) -> Iterator[str]:
    """Yield parts of a section, each of as many whole sentences or lines as fit MAX_PASSAGE, but one at least."""
    start = last = 0
    for _, end in find_sentences(section):
        if end - start > MAX_PASSAGE and section[start:last].strip():
            yield section[start:last].strip()
            start = last
        last = end
    if part := section[start:].strip():
        yield part


def _find_last_end(pattern: re.Pattern[str], text: str, start: int) -> int | None:
    """Return the end of the last match within MAX_SECTION characters."""
    return max((match.end() for match in pattern.finditer(text, start, start + MAX_SECTION)), default=None)


def _join(parts: Iterable[str]) -> Iterator[str]:
    """Yield the parts, short ones joined with the next while both fit."""
    joined = ""
    for part in parts:
        if joined and (len(joined) >= SHORT_PARAGRAPH or len(joined) + len(part) + 2 > MAX_SECTION):
            yield joined
            joined = part
        else:
            joined = f"{joined}\n\n{part}" if joined else part
    if joined:
        yield joined
