"""Pieces of lines: glyphs on one baseline with no wide gap between them."""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from .bidi import count_directions, is_from_right, read_from_left, read_from_right
from .glyphs import SOFT_HYPHEN, Glyph

HYPHENS = ("-", SOFT_HYPHEN)
WIDE = 1.2  # font sizes; a gap of this width is no space between words
SPACE = 0.15  # font sizes; the narrowest space between words
SPACED = 0.08  # font sizes; so far apart are the letters of a word that is spaced out
LAM, ALEFS = "\u0644", "\u0622\u0623\u0625\u0627\u0671"
MIN_SPACED = 4  # letters
MIN_DIGITS = 7  # of a phone number, with its signs
MIN_CASED = 0.3  # of the letters that are spaced out
ICONS = ("Cc", "Co", "Cn")  # Unicode categories: control, private use, unassigned


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a line; in points, as if its line was not turned."""

    text: str
    left: float
    right: float
    y: float  # of the baseline
    size: float  # of the font
    turn: int = 0  # quarters


def make_fragments(glyphs: list[Glyph], *, is_page_from_right: bool) -> list[Fragment]:
    """Return the pieces of a page's lines in the order of the file; most of its lines may be read from the right."""
    fragments: list[Fragment] = []
    for line in _split_lines(glyphs):
        has_right = count_directions("".join(glyph.text for glyph in line))[1] > 0
        if has_right or (is_page_from_right and len(line) > 1):
            line = _join_marks(_join_ligatures(line))
            _sort(line, is_order_known=False)
        elif any(glyph.left < before.left - glyph.size / 2 for before, glyph in pairwise(line)):
            _sort(line, is_order_known=True)  # letters of a second font are often written after those of the first
        from_right = is_from_right("".join(glyph.text for glyph in line), is_page=is_page_from_right)
        pieces = [_make_fragment(piece, is_from_right=from_right) for piece in _split_at_gaps(line)]
        fragments += reversed(pieces) if from_right else pieces
    return [fragment for fragment in fragments if fragment.text]


def _split_lines(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Yield the glyphs that follow each other on one baseline."""
    line: list[Glyph] = []
    for glyph in glyphs:
        if line and (abs(glyph.y - line[-1].y) > 0.45 * max(glyph.size, line[-1].size) or glyph.turn != line[-1].turn):
            yield line
            line = []
        line.append(glyph)
    if line:
        yield line


def _split_at_gaps(line: list[Glyph]) -> Iterator[list[Glyph]]:
    start = 0
    for index in range(1, len(line)):
        glyph, before = line[index], line[index - 1]
        gap = glyph.left - before.right
        if gap > WIDE * glyph.size or glyph.right < before.left - glyph.size:
            yield line[start:index]
            start = index
    yield line[start:]


def _join_ligatures(line: list[Glyph]) -> list[Glyph]:
    """Return a line whose ligatures are one glyph each, before it is sorted by place."""
    joined: list[Glyph] = []
    for glyph in line:
        if joined and (glyph.left, glyph.right) == (joined[-1].left, joined[-1].right):
            text = joined[-1].text + glyph.text
            # PDFium turns some over, as if they were two letters; no ligature has alef first.
            joined[-1].text = text[::-1] if text[0] in ALEFS and text[1:] == LAM else text
        else:
            joined.append(glyph)
    return joined


def _join_marks(line: list[Glyph]) -> list[Glyph]:
    """Return a line whose combining marks are a part of the letters that they stand at, before it is sorted."""
    letters = [glyph for glyph in line if not unicodedata.combining(glyph.text[0])]
    for mark in line:
        if letters and unicodedata.combining(mark.text[0]):
            nearest = min(letters, key=lambda letter: abs(letter.middle - mark.middle))
            nearest.text += mark.text
    return letters


def _sort(line: list[Glyph], *, is_order_known: bool) -> None:
    """Sort a line by place, and find the spaces in it, but where the order was right: there PDFium has found them."""
    known = {id(glyph): id(before) for before, glyph in pairwise(line)} if is_order_known else {}
    line.sort(key=lambda glyph: glyph.middle)
    for before, glyph in pairwise(line):
        if known.get(id(glyph)) != id(before):
            glyph.has_space_before = glyph.left - before.right > SPACE * glyph.size


def _make_fragment(piece: list[Glyph], *, is_from_right: bool) -> Fragment:
    _space_out(piece)
    text = _write(piece, is_from_right=is_from_right)
    ends = [glyph.left for glyph in piece], [glyph.right for glyph in piece]
    size = max(glyph.size for glyph in piece)
    return Fragment(text, min(ends[0]), max(ends[1]), piece[0].y, size, piece[0].turn)


def _space_out(piece: list[Glyph]) -> None:
    """Find the spaces between words whose letters stand apart: those that are wider than the ones between letters."""
    gaps = [glyph.left - before.right for before, glyph in pairwise(piece)]
    is_apart = [gap > SPACED * glyph.size for gap, glyph in zip(gaps, piece[1:], strict=True)]
    if len(piece) >= MIN_SPACED and sum(is_apart) > 0.85 * len(gaps):
        _respace(piece, gaps)
        return
    start = 0
    for index, apart in enumerate([*is_apart, True]):
        end = index if not apart else index + 1
        if (not apart or index == len(gaps)) and end - start > MIN_SPACED:  # letters apart within another line
            _respace(piece[start:end], gaps[start : end - 1])
        if not apart:
            start = index + 2


def _respace(piece: list[Glyph], gaps: list[float]) -> None:
    if not _may_stand_apart(piece):
        return
    usual = statistics.median(gaps)
    for gap, glyph in zip(gaps, piece[1:], strict=True):
        if glyph.width:  # else it is an address that was added
            glyph.has_space_before = gap > usual + SPACE * glyph.size


def _may_stand_apart(piece: list[Glyph]) -> bool:
    # Only scripts with capitals space letters out, with the digits and signs of addresses among them; in others, single
    # letters are a list of them, as digits alone are.
    cased = sum(glyph.text.lower() != glyph.text.upper() for glyph in piece)
    others = sum(glyph.text.isascii() and not glyph.text.isalpha() for glyph in piece)
    is_number = piece[0].text in "+(" and others > MIN_DIGITS
    return cased + others >= 0.8 * len(piece) and (is_number or cased >= MIN_CASED * len(piece))


def _write(piece: list[Glyph], *, is_from_right: bool) -> str:
    seen: list[str] = []
    for index, glyph in enumerate(piece):
        if index and glyph.has_space_before:
            seen.append(" ")
        seen.append(glyph.text)
    left, right = count_directions("".join(seen))
    if is_from_right and (right or not left):
        text = read_from_right(seen)
    else:
        text = read_from_left(seen) if right else "".join(seen)
    words = [word for word in text.split() if not all(unicodedata.category(letter) in ICONS for letter in word)]
    return unicodedata.normalize("NFC", " ".join(words))
