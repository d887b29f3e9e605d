"""The glyphs of a page, as PDFium finds them: each with its text, its place and its order in the file."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from ctypes import byref, c_double, c_int, create_string_buffer
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium

HYPHENS_AT_END = "\x02\ufffe"  # what PDFium makes of a hyphen at the end of a line
SOFT_HYPHEN = "\u2010"  # a hyphen that belongs to no word, as Chromium writes it
COMBINING = "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0304\u0306\u0307\u030b\u0327\u0328"
ACCENTS = dict(zip("`´ˆ˜¨˚ˇ¯˘˙˝¸˛", COMBINING, strict=True))
HYPHENS = {"\xad": SOFT_HYPHEN, **dict.fromkeys(HYPHENS_AT_END, "-")}
FIRST_FROM_RIGHT = 0x590  # from here on come letters that are written from the right, or from the top
DOTLESS = {"ı": "i", "ȷ": "j"}
# Fonts of pictures, where a letter means none: in one “l” is a bullet, in another “#” an envelope.
ICON_FONT = re.compile(
    "awesome|marvosym|wingdings|webdings|dingbats|icomoon|glyphicons|material.?(icons|symbols)", re.IGNORECASE
)
MAX_ACCENT_DISTANCE = 200  # glyphs; PDFium sorts those of a line, and puts an accent where its box begins
PRESENTATION_FORMS = ("\ufb00", "\ufdff"), ("\ufe70", "\ufefc")


@dataclass(slots=True)
class Glyph:
    """A character with its box, in points, turned so that its line runs from left to right."""

    text: str
    left: float
    right: float
    y: float  # of the baseline
    size: float  # of the font
    has_space_before: bool = False
    turn: int = 0  # quarters that its line is turned by
    is_unmapped: bool = False  # the font does not say which character it is

    @property
    def width(self) -> float:
        """The width in points."""
        return self.right - self.left

    @property
    def middle(self) -> float:
        """The horizontal middle."""
        return (self.left + self.right) / 2


def read_glyphs(page: Any) -> list[Glyph]:
    """Return a text page's visible glyphs in the order of the file, accents joined with their letters."""
    glyphs = list(_walk(page))
    return _join_accents(glyphs) if any(glyph.text in ACCENTS for glyph in glyphs) else glyphs


def _walk(page: Any) -> Iterator[Glyph]:
    has_space, word, place, baseline = True, _Word(), _Place(page), 0.0
    characters: dict[int, str] = {}
    for index in range(pdfium.FPDFText_CountChars(page)):
        code = pdfium.FPDFText_GetUnicode(page, index)
        character = characters[code] if code in characters else characters.setdefault(code, _clean(code))
        if character.isspace():
            has_space = True
        if not character or character.isspace():
            continue
        is_first = has_space
        if is_first:  # a word has one font, but for a large initial
            word = _read_word(page, index)
        if word.is_icon:
            has_space = False
            continue
        if is_first or code >= FIRST_FROM_RIGHT:
            left, right, baseline = place.find_with_baseline(index, word.turn)
        else:
            left, right = place.find(index, word.turn)
        if character != "\xad" or right - left > word.size / 20:  # a soft hyphen that is not shown has no width
            text = HYPHENS.get(character, character)
            yield Glyph(text, left, right, baseline, word.size, has_space, word.turn, word.is_unmapped)
            has_space = character in HYPHENS_AT_END


@dataclass(frozen=True)
class _Word:
    """What the glyphs of a word have in common."""

    size: float = 1.0
    turn: int = 0
    is_unmapped: bool = False
    is_icon: bool = False


def _read_word(page: Any, index: int) -> _Word:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(page, index, byref(matrix))
    return _Word(
        pdfium.FPDFText_GetFontSize(page, index) * math.hypot(matrix.c, matrix.d) or 1.0,
        round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4,
        pdfium.FPDFText_HasUnicodeMapError(page, index) == 1,
        _is_icon(page, index),
    )


def _is_icon(page: Any, index: int) -> bool:
    if pdfium.FPDFText_GetUnicode(page, index + 1) > ord(" "):  # a word, and no icon alone
        return False
    name, flags = create_string_buffer(100), c_int()
    pdfium.FPDFText_GetFontInfo(page, index, name, len(name), byref(flags))
    return ICON_FONT.search(name.value.decode(errors="replace")) is not None


class _Place:
    """Finds where glyphs stand, with buffers that are used again: there are millions."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._box, self._x, self._y = pdfium.FS_RECTF(), c_double(), c_double()
        self._pointers = byref(self._box), byref(self._x), byref(self._y)

    def find(self, index: int, turn: int) -> tuple[float, float]:
        """Return the left and right end of a glyph, as if its line was not turned."""
        pdfium.FPDFText_GetLooseCharBox(self._page, index, self._pointers[0])
        box = self._box
        if turn == 0:
            return box.left, box.right
        return ((box.bottom, box.top), (-box.right, -box.left), (-box.top, -box.bottom))[turn - 1]

    def find_with_baseline(self, index: int, turn: int) -> tuple[float, float, float]:
        """Return the left and right end and the baseline of a glyph, as if its line was not turned."""
        left, right = self.find(index, turn)
        pdfium.FPDFText_GetCharOrigin(self._page, index, *self._pointers[1:])
        x, y = self._x.value, self._y.value
        start, baseline = ((x, y), (y, -x), (-x, -y), (-y, x))[turn]
        return min(start, left), right, baseline  # some boxes hold the ink alone, without the space around it


def _clean(code: int) -> str:
    if code < 32 and code not in (2, 9, 10, 13):
        return ""
    character = chr(code) if code <= 0x10FFFF else "\ufffd"
    if any(first <= character <= last for first, last in PRESENTATION_FORMS):
        return unicodedata.normalize("NFKC", character).strip() or character
    return "" if character == "\uffff" else character


def _join_accents(glyphs: list[Glyph]) -> list[Glyph]:
    """Join letters with the accents that are printed over them, as TeX's older fonts do."""
    found = {index: letter for index in range(len(glyphs)) if (letter := _find_letter(glyphs, index)) is not None}
    joined: dict[int, str] = {}
    for accent, letter in found.items():
        base = DOTLESS.get(glyphs[letter].text, glyphs[letter].text)
        joined[letter] = unicodedata.normalize("NFC", joined.get(letter, base) + ACCENTS[glyphs[accent].text])
    kept: list[Glyph] = []
    is_beside_accent = False
    for index, glyph in enumerate(glyphs):
        if index in found:
            is_beside_accent = True
            continue
        has_space = glyph.has_space_before
        if is_beside_accent and kept:  # the space is PDFium's guess by the accent's place
            has_space = glyph.left - kept[-1].right > 0.15 * glyph.size or abs(glyph.y - kept[-1].y) > glyph.size / 2
        kept.append(replace(glyph, text=joined.get(index, glyph.text), has_space_before=has_space))
        is_beside_accent = index + 1 in found
    return kept


def _find_letter(glyphs: list[Glyph], index: int) -> int | None:
    accent = glyphs[index]
    if accent.text not in ACCENTS:
        return None
    near = range(max(0, index - MAX_ACCENT_DISTANCE), min(len(glyphs), index + MAX_ACCENT_DISTANCE))
    below = [
        other
        for other in near
        if glyphs[other].text.isalpha()
        and glyphs[other].text not in ACCENTS  # some of which count as letters
        and glyphs[other].left <= accent.middle <= glyphs[other].right
        and abs(glyphs[other].y - accent.y) < accent.size
    ]
    return min(below, key=lambda other: abs(other - index), default=None)
