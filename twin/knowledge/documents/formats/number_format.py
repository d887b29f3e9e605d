"""Cells of a spreadsheet as their number formats show them (ISO/IEC 29500-1, 18.8.31)."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

TOKEN = re.compile(
    r"\"([^\"]*)\"|\\(.)|_.|\*.|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|([0#?])|(\.)|(,)|(%)|(.)", re.DOTALL
)
DATE_TOKEN = re.compile(
    r"\"([^\"]*)\"|\\(.)|_.|\*.|\[\$[^\]]*\]|\[[^\]]*\]|(y+|m+|d+|h+|s+|AM/PM|A/P)|(.)", re.DOTALL | re.IGNORECASE
)
SECTION = re.compile(r"(?:\"[^\"]*\"|\\.|\[[^\]]*\]|[^;\"\\\[])*", re.DOTALL)
LANGUAGE = re.compile(r"\[\$[^\]-]*-(?:[0-9A-Fa-f]*?)([0-9A-Fa-f]{1,4})\]")  # an LCID (MS-LCID 2.1)
ENGLISH = 0x09
# Primary languages whose decimals follow a comma, and of those the ones that set thousands apart by a space.
SPACE = {0x05, 0x0B, 0x0C, 0x0E, 0x14, 0x15, 0x19, 0x1B, 0x1D}
COMMA = {0x03, 0x06, 0x07, 0x08, 0x0A, 0x10, 0x13, 0x16, 0x18, 0x1F} | SPACE
POINT = {0x0807, 0x080A}  # Swiss German, Mexican Spanish
SYSTEM_DATES = {"mm-dd-yy", "m/d/yy h:mm"}  # 14 and 22, which each program shows in its own language's form
MIDNIGHT = time()


def format_number(value: float, code: str) -> str:
    """Return a number as a format shows it; for fractions, powers of ten and conditions, the bare number."""
    section, is_signed = _choose_section(value, code)
    if re.search(r"\[[<>=]|General|@|[0#?] ?/|E[+-]", section, re.IGNORECASE) or not section.strip():
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    tokens = [found.groups() for found in TOKEN.finditer(section)]
    shown = _fill(Decimal(repr(abs(value))), tokens, *_choose_marks(section))
    return f"-{shown}" if value < 0 and is_signed and re.search("[1-9]", shown) else shown


def format_date(value: date | time | timedelta, code: str) -> str:
    """Return a date or time as a format shows it; where that depends on the program, as in ISO 8601."""
    if isinstance(value, timedelta):
        minutes = value // timedelta(minutes=1)
        return f"{minutes // 60}:{minutes % 60:02}"
    section = SECTION.match(code)
    tokens = [found.groups() for found in DATE_TOKEN.finditer(section[0] if section else "")]
    fields = [field.lower() for _, _, field, _ in tokens if field]
    if not fields or code in SYSTEM_DATES:
        return _write_iso(value, has_day=True)
    if any(field.startswith(("mmm", "ddd")) for field in fields) and _find_language(code) not in (None, ENGLISH):
        return _write_iso(value, has_day=any(field.startswith("d") for field in fields))
    has_time = not isinstance(value, datetime) or value.time() != MIDNIGHT or not any("y" in field for field in fields)
    shown, last = "", ""
    is_half_day = any("/" in field for field in fields)
    following = [later for _, later in pairwise([*fields, ""])]
    for quoted, escaped, field, literal in tokens:
        if field is None:
            shown += quoted or escaped or literal or ""
            continue
        name, after = field.lower(), following.pop(0)
        is_minute = name in ("m", "mm") and (last.startswith("h") or after.startswith("s"))
        if has_time or not (is_minute or name[0] in "hsa"):
            shown += _show_field(value, name, is_minute=is_minute, is_half_day=is_half_day)
        last = name
    return shown.strip(" :,")


def _choose_section(value: float, code: str) -> tuple[str, bool]:
    """Return the part of a format for a number, and whether a negative one has its sign before it."""
    sections = re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", code)
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], True


def _choose_marks(section: str) -> tuple[str, str]:
    """Return what stands between thousands and before decimals."""
    found = LANGUAGE.search(section)
    code = int(found[1], 16) if found else 0
    language = code & 0x3FF
    if language not in COMMA or code in POINT:
        return ",", "."
    return ("\xa0" if language in SPACE else "."), ","


def _find_language(code: str) -> int | None:
    found = LANGUAGE.search(code)
    return int(found[1], 16) & 0x3FF if found else None


def _fill(value: Decimal, tokens: list[tuple[str, ...]], thousands: str, point: str) -> str:
    """Return the digits of a number in the places of a format."""
    digits = [place for place, token in enumerate(tokens) if token[3]]
    dot = next((place for place, token in enumerate(tokens) if token[4]), len(tokens))
    literals = {place: "".join(token[part] or "" for part in (0, 1, 2, 6, 7)) for place, token in enumerate(tokens)}
    if not digits:
        return "".join(literals.values()).strip()
    decimals = [place for place in digits if place > dot]
    whole = [place for place in digits if place < dot]
    commas = [place for place, token in enumerate(tokens) if token[5]]
    value *= 100 ** sum(bool(token[6]) for token in tokens)
    value /= 1000 ** sum(place > digits[-1] or (bool(whole) and whole[-1] < place < dot) for place in commas)
    rounded = value.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    integer, _, fraction = f"{rounded:f}".partition(".")
    is_grouped = any(whole and whole[0] < place < whole[-1] for place in commas)
    written = _place_whole(integer.lstrip("0"), whole, tokens, thousands if is_grouped else "")
    while fraction.endswith("0") and decimals and tokens[decimals[len(fraction) - 1]][3] != "0":
        fraction = fraction[:-1]
    written |= dict(zip(decimals, [*fraction, *[""] * len(decimals)], strict=False))
    written |= {dot: point} if fraction else {}
    return "".join((literals | written).values()).strip()


def _place_whole(integer: str, whole: list[int], tokens: list[tuple[str, ...]], thousands: str) -> dict[int, str]:
    """Return, by their places, the digits before the point; the first place takes all that are left."""
    least = sum(tokens[place][3] == "0" for place in whole)
    remaining = integer.zfill(least) if least else integer
    if thousands:
        grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", thousands, remaining)
        return {place: grouped if place == whole[0] else "" for place in whole}
    written: dict[int, str] = {}
    for place in reversed(whole[1:]):
        written[place], remaining = remaining[-1:], remaining[:-1]
    return written | ({whole[0]: remaining} if whole else {})


def _write_iso(value: date | time, *, has_day: bool) -> str:
    if isinstance(value, datetime):
        value = value.date() if value.time() == MIDNIGHT else value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{value:%Y-%m-%d}" if has_day else f"{value:%Y-%m}"


def _show_field(value: date | time, name: str, *, is_minute: bool, is_half_day: bool) -> str:
    """Return a part of a date or time, such as `mmm`."""
    width = len(name)
    if isinstance(value, time):
        value = datetime.combine(date(1900, 1, 1), value)
    moment = value if isinstance(value, datetime) else datetime.combine(value, MIDNIGHT)
    if "/" in name:
        return ("AM" if moment.hour < 12 else "PM")[: 2 if width > 3 else 1]
    if name[0] == "y":
        return f"{moment.year:04}" if width > 2 else f"{moment.year % 100:02}"
    if name[0] == "d" and width > 2:
        return moment.strftime("%a" if width == 3 else "%A")
    if name[0] == "m" and width > 2:
        return month_abbr[moment.month] if width == 3 else month_name[moment.month][: 1 if width == 5 else None]
    hour = (moment.hour % 12 or 12) if is_half_day else moment.hour
    month = moment.minute if is_minute else moment.month
    number = {"d": moment.day, "h": hour, "s": moment.second, "m": month}[name[0]]
    return f"{number:0{min(width, 2)}}"
