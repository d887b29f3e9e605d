"""Dates and times of a spreadsheet as their number formats show them (ISO/IEC 29500-1, 18.8.31)."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from .number_format import find_language

DATE_TOKEN = re.compile(
    r"\"([^\"]*)\"|\\(.)|_.|\*.|\[\$[^\]]*\]|\[[^\]]*\]|(y+|m+|d+|h+|s+|AM/PM|A/P)|(.)", re.DOTALL | re.IGNORECASE
)
SECTION = re.compile(r"(?:\"[^\"]*\"|\\.|\[[^\]]*\]|[^;\"\\\[])*", re.DOTALL)
ENGLISH = 0x0409
SYSTEM_DATES = {"mm-dd-yy", "m/d/yy h:mm"}  # 14 and 22, which each program shows in its own language's form
MIDNIGHT = time()


def format_date(value: date | time | timedelta, code: str) -> str:
    """Return a date or time as a format shows it; where that depends on the program, as in ISO 8601."""
    if isinstance(value, timedelta):
        minutes = value // timedelta(minutes=1)
        return f"{minutes // 60}:{minutes % 60:02}"
    section = SECTION.match(code)
    tokens = [found.groups() for found in DATE_TOKEN.finditer(section[0] if section else "")]
    fields = [field.lower() for _, _, field, _ in tokens if field]
    has_era = any(literal in ("g", "G", "e", "E", "b", "B") for *_, literal in tokens)
    if not fields or has_era or code in SYSTEM_DATES:
        return _write_iso(value, has_day=True)
    if any(field.startswith(("mmm", "ddd")) for field in fields) and find_language(code) & 0x3FF not in (
        0,
        ENGLISH & 0x3FF,
    ):
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
