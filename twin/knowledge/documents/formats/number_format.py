"""Numbers of a spreadsheet as their formats show them (ISO/IEC 29500-1, 18.8.31)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

TOKEN = re.compile(
    r"\"([^\"]*)\"|\\(.)|_.|\*.|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|([0#?])|(\.)|(,)|(%)|(.)", re.DOTALL
)
SEPARATOR = re.compile(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")  # of a format's parts, outside of quotes
BARE = re.compile(r"\[[<>=]|General|@|[0#?] ?/|E[+-]", re.IGNORECASE)
LANGUAGE = re.compile(r"\[\$[^\]-]*-(?:[0-9A-Fa-f]*?)([0-9A-Fa-f]{1,4})\]")  # an LCID (MS-LCID 2.1)
# Primary languages whose decimals follow a comma, and of those the ones that set thousands apart by a space.
SPACE = {0x05, 0x0B, 0x0C, 0x0E, 0x14, 0x15, 0x19, 0x1B, 0x1D}
COMMA = {0x03, 0x06, 0x07, 0x08, 0x0A, 0x10, 0x13, 0x16, 0x18, 0x1F} | SPACE
POINT = {0x0807, 0x080A}  # Swiss German, Mexican Spanish
MAX_EXACT = 1e15  # spreadsheets keep 15 digits
DIGITS = Context(prec=400)  # a format has at most 255 characters
MAX_PATTERNS = 1_000  # that are kept


def format_number(value: float, code: str) -> str:
    """Return a number as a format shows it; for fractions, powers of ten and conditions, the bare number."""
    section, is_signed = _choose_section(value, code)
    pattern = _parse(section) if abs(value) < MAX_EXACT else None  # which is no number at all is not less either
    if pattern is None:
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    shown = pattern.fill(Decimal(repr(abs(value))))
    return f"-{shown}" if value < 0 and is_signed and re.search("[1-9]", shown) else shown


def hides_text(code: str) -> bool:
    """Return whether a format shows nothing of text, as `;;;` does."""
    sections = SEPARATOR.split(code) if code.count(";") > 2 else []
    return len(sections) > 3 and not sections[3].strip()


def find_language(code: str) -> int:
    """Return the language that a format names (MS-LCID 2.1), of which the lower ten bits are the primary one, or 0."""
    found = LANGUAGE.search(code)
    return int(found[1], 16) if found else 0


@dataclass(frozen=True)
class _Pattern:
    """One part of a format; places are those of its tokens."""

    literals: dict[int, str]
    whole: tuple[int, ...]  # places of digits before the point
    decimals: tuple[int, ...]  # and after it
    required: frozenset[int]  # of these, the ones that show 0
    dot: int
    scale: Decimal
    thousands: str
    point: str

    def fill(self, value: Decimal) -> str:
        """Return the text with the digits of a number in their places."""
        if not self.whole and not self.decimals:
            return "".join(self.literals.values()).strip()
        rounded = (value * self.scale).quantize(Decimal(1).scaleb(-len(self.decimals)), ROUND_HALF_UP, DIGITS)
        integer, _, fraction = f"{rounded:f}".partition(".")
        written = self._place_whole(integer.lstrip("0"))
        while fraction.endswith("0") and self.decimals[len(fraction) - 1] not in self.required:
            fraction = fraction[:-1]
        written |= dict(zip(self.decimals, [*fraction, *[""] * len(self.decimals)], strict=False))
        written |= {self.dot: self.point} if fraction else {}
        return "".join((self.literals | written).values()).strip()

    def _place_whole(self, integer: str) -> dict[int, str]:
        """Return, by their places, the digits before the point; the first place takes all that are left."""
        remaining = integer.zfill(sum(place in self.required for place in self.whole))
        if self.thousands:
            grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", self.thousands, remaining)
            return {place: grouped if place == self.whole[0] else "" for place in self.whole}
        written: dict[int, str] = {}
        for place in reversed(self.whole[1:]):
            written[place], remaining = remaining[-1:], remaining[:-1]
        return written | ({self.whole[0]: remaining} if self.whole else {})


@lru_cache(MAX_PATTERNS)  # a sheet has few, and each takes longer to parse than a cell to write
def _parse(section: str) -> _Pattern | None:
    """Return a part of a format; None for one that is not understood, where the bare number is shown."""
    if not section.strip():
        return _Pattern({}, (), (), frozenset(), 0, Decimal(1), "", "")
    if BARE.search(section):
        return None
    tokens = [found.groups() for found in TOKEN.finditer(section)]
    digits = [place for place, token in enumerate(tokens) if token[3]]
    dot = next((place for place, token in enumerate(tokens) if token[4]), len(tokens))
    whole = tuple(place for place in digits if place < dot)
    commas = [place for place, token in enumerate(tokens) if token[5]]
    scaling = sum(place > digits[-1] or (bool(whole) and whole[-1] < place < dot) for place in commas if digits)
    percents = sum(bool(token[6]) for token in tokens)
    thousands, point = _choose_marks(section)
    return _Pattern(
        {place: "".join(token[part] or "" for part in (0, 1, 2, 6, 7)) for place, token in enumerate(tokens)},
        whole,
        tuple(place for place in digits if place > dot),
        frozenset(place for place in digits if tokens[place][3] == "0"),
        dot,
        Decimal(100) ** percents / Decimal(1000) ** scaling,
        thousands if any(whole and whole[0] < place < whole[-1] for place in commas) else "",
        point,
    )


def _choose_section(value: float, code: str) -> tuple[str, bool]:
    """Return the part of a format for a number, and whether a negative one has its sign before it."""
    if ";" not in code:
        return code or "General", True
    sections = SEPARATOR.split(code)
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], True


def _choose_marks(section: str) -> tuple[str, str]:
    """Return what stands between thousands and before decimals."""
    code = find_language(section)
    language = code & 0x3FF
    if language not in COMMA or code in POINT:
        return ",", "."
    return ("\xa0" if language in SPACE else "."), ","
