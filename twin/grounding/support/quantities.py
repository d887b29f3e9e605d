"""The numbers of a text, in digits or in words, in a form in which they can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...text.words import fold_letters
from .calendar import KEYS as MONTHS_AND_DAYS
from .languages import NOUN_LANGUAGES, is_frequent
from .quantity import Quantity, as_key
from .spelled import find_spelled
from .units import KEYS as UNITS
from .units import SCALE_OF

DATE = re.compile(
    r"(?<![\w.])(?<!(?<!\d)-)(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})(?P<sep>[./])(?P<m2>\d{1,2})(?P=sep)(?P<y2>\d{4})"
    r"|(?P<m3>0?[1-9]|1[0-2])[./](?P<y3>(?:19|20)\d\d)|(?P<y4>(?:19|20)\d\d)-(?P<m4>0[1-9]|1[0-2]))(?!\w|-(?!\d)|\.\d)"
)
FIGURE = re.compile(
    r"(?<![\w.,])(?<!(?<!\d)-)(?:"  # a hyphen between numbers is a range
    r"(?P<code>(?:\d++(?:\)?[ /-]\d++){2,}+(?:-?X)?|0\d{2,}+(?:\)?[ /-]\d++)*+|0\d++)(?![.,:]?\d))"
    r"|(?P<time>\d{1,2}:\d\d(?::\d\d)?)(?!\d)(?:\s*(?P<half>[ap])\.?m\b)?"
    r"|(?P<ratio>\d+[:/]\d+)"
    r"|(?P<version>\d++(?:\.\d++){2,}+)"
    r"|(?P<number>\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?)"
    r")(?P<suffix>st|nd|rd|th|[kKmM]\b)?(?=[^\d]|$)"
)
YEARS = range(1900, 2101)
PHONE_DIGITS = 8  # that a phone number has without its codes, at most
HOURS, HOUR = 24, re.compile(r"\d{1,2}(?:[.,]\d\d)?")  # as 9, or 18.30
GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+")
CLOCK = re.compile(r"\s*(?:uhr|h\b|o.clock|[ap]\.?m\b)", re.IGNORECASE)
RANGE = re.compile(
    r"\s*(?:[-–—]|bis|to|und|and|or|oder|à|a|al|y|et|e|tot)\s*\d{1,2}\s*(?=uhr|h\b|o.clock|(?P<half>[ap])\.?m\b)",
    re.IGNORECASE,
)
NEXT_WORD = re.compile(r"[\s\u00a0-]*(?:(?:square|sq\.?)\s+)?([^\W\d_]+(?:(?<=m)2)?|[€$£%])\.?")
AMBIGUOUS_SCALE = "m"  # millions or metres
ORDINAL = re.compile(r"\.\s*([^\W\d_]+)")
WORD_BEFORE = re.compile(r"(?<![’'])(?:\b([^\W\d_]+\.?)|([€$£]))[\s\u00a0]*$")
BETWEEN = re.compile(r"\s*(?:[-–—/]|bis|to|(?:und|and)(?: von| from)?|or|oder|à|a|y|et|e|tot|zu)\s*", re.IGNORECASE)


def find_quantities(text: str, language: str) -> list[Quantity]:
    """Return the numbers of a text in their order; those in words are read in the language."""
    found = [*_find_dates(text)]
    taken = [(each.start, each.end) for each in found]
    figures = (_read_figure(match, text) for match in FIGURE.finditer(text))
    found += [each for each in figures if not any(start < each.end and each.start < end for start, end in taken)]
    found += find_spelled(text, language)
    found.sort(key=lambda each: each.start)
    units = sorted(_add_units(found, text, language), key=lambda each: each.start)
    return [
        _add_hours(each, units[place - 1 : place], units[place + 1 : place + 2], text)
        for place, each in enumerate(units)
    ]


def _find_dates(text: str) -> Iterator[Quantity]:
    for match in DATE.finditer(text):
        groups = {name[0]: name for name, value in match.groupdict().items() if value and name != "sep"}
        months = {int(match[groups["m"]])} | ({int(match[groups["d"]])} if match["sep"] == "/" else set())
        year = match[groups["y"]]
        keys = frozenset(f"month {month}" for month in months if month <= 12)
        yield Quantity(*match.span(groups["m"]), keys)
        yield Quantity(*match.span(groups["y"]), frozenset({year}), int(year), min(keys, default=""))
        if "d" in groups:
            days = {match[groups["d"]]} | ({match[groups["m"]]} if match["sep"] == "/" else set())
            yield Quantity(*match.span(groups["d"]), frozenset(str(int(day)) for day in days), unit="date")


def _read_figure(match: re.Match[str], text: str) -> Quantity:
    start, end = match.start(), match.end()
    if code := match["code"]:
        return Quantity(start, end, _read_code(code), unit="code")
    if time := match["time"]:
        hour, minute = (int(part) for part in time.split(":")[:2])
        hours = {hour, hour % 12 + (12 if match["half"] == "p" else 0)} if match["half"] else {hour}
        return Quantity(start, end, frozenset(f"time {each}:{minute:02}" for each in hours), unit="time")
    if plain := match["ratio"] or match["version"]:
        return Quantity(start, end, _read_code(plain), unit="code")
    values = _read_number(match["number"])
    place = match.end("number")
    is_hour = HOUR.fullmatch(match["number"]) is not None and values[0] <= HOURS
    if is_hour and (clock := CLOCK.match(text, place)):
        return Quantity(start, end, frozenset({_as_time(match["number"], "p" in clock[0].casefold())}), unit="time")
    if is_hour and (clock := RANGE.match(text, place)):  # “10 to 2 p.m.”, “2 to 4 p.m.”
        halves = (False, True) if (clock["half"] or "").casefold() == "p" else (False,)
        return Quantity(start, end, frozenset(_as_time(match["number"], half) for half in halves), unit="time")
    word = (match["suffix"] or "").casefold()
    if not word and (followed := NEXT_WORD.match(text, place)):
        word = followed[1].casefold()
        end = followed.end(1) if word in SCALE_OF else end
    scale = SCALE_OF.get(word, 1)
    keys = {as_key(value * each) for value in values for each in {scale, 1 if word == AMBIGUOUS_SCALE else scale}}
    return Quantity(start, end, frozenset(keys), values[0] * scale)


def _read_code(code: str) -> frozenset[str]:
    """Return the keys of a code: its digits, and of a long one their end, which a phone number has in any form."""
    digits = re.sub(r"\D", "", code)
    plain = re.sub(r"[-) ]", "", code)
    return frozenset({plain, digits[-PHONE_DIGITS:]} if len(digits) > PHONE_DIGITS else {plain})


def _as_time(number: str, is_late: bool) -> str:
    hour, _, minute = re.sub(r"[.,]", ":", number).partition(":")
    return f"time {int(hour) + 12 * (is_late and int(hour) < 12)}:{minute or '00'}"


def _read_number(number: str) -> list[float]:
    """Return the values that a number may have, the most likely one first."""
    plain = re.sub(r"['’\u00a0\u202f ]", "", number)
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return [float(plain)]
    last = max(plain.rfind("."), plain.rfind(","))
    as_decimal = float(re.sub(r"[.,]", "", plain[:last]) + "." + plain[last + 1 :])
    as_whole = float(re.sub(r"[.,]", "", plain))
    if len(set(marks)) == 2 or not GROUPED.fullmatch(number):
        return [as_decimal]
    return [as_whole] if len(marks) > 1 or plain[0] == "0" else [as_whole, as_decimal]


def _add_units(found: list[Quantity], text: str, language: str) -> Iterator[Quantity]:
    """Yield the numbers with their units; the first number of a range has that of the second."""
    found = list(_add_pages(found, text))
    unit, place = "", -1
    for each in reversed(found):
        if not each.unit:
            between = BETWEEN.fullmatch(text, each.end, place) if place >= 0 else None
            own = _find_unit(each, text, language)
            if between and unit == "time" and each.value is not None and each.value <= HOURS:
                each = replace(each, keys=each.keys | {f"time {int(each.value)}:00"}, unit="time")
            else:
                each = replace(each, unit=unit if between and own in ("", "count") and unit != "code" else own)
        unit, place = each.unit, each.start
        yield each


def _add_pages(found: list[Quantity], text: str) -> Iterator[Quantity]:
    """Yield the numbers; those of a range that begins with a page are pages."""
    last: Quantity | None = None
    for each in found:
        before = WORD_BEFORE.search(text, max(0, each.start - 30), each.start)
        is_page = before is not None and (
            before[1] in ("p.", "pp.", "S.") or UNITS.get(fold_letters(before[1] or "")) == "page"
        )
        if last and last.unit == "page" and BETWEEN.fullmatch(text, last.end, each.start):
            is_page = True
        last = replace(each, unit="page") if is_page and not each.unit else each
        yield last


def _add_hours(each: Quantity, before: Sequence[Quantity], after: Sequence[Quantity], text: str) -> Quantity:
    """Return a number with the times that it may also be, as in “8 to 5”."""
    ends = [(other.end, each.start) for other in before] + [(each.end, other.start) for other in after]
    if each.unit not in ("", "count") or each.value is None or each.value not in range(HOURS // 2 + 1):
        return each
    if not any(text[start:end].strip() in ("to", "bis") for start, end in ends):
        return each
    return replace(each, keys=each.keys | {f"time {int(each.value) + late}:00" for late in (0, HOURS // 2)})


def _find_unit(each: Quantity, text: str, language: str) -> str:
    before = WORD_BEFORE.search(text, max(0, each.start - 30), each.start)
    word = fold_letters(before[1]) if before and before[1] else ""
    if before and before[2]:
        return UNITS[before[2]]
    if each.value in YEARS and word in MONTHS_AND_DAYS:
        return MONTHS_AND_DAYS[word]
    if (ordinal := ORDINAL.match(text, each.end)) and fold_letters(ordinal[1]) in MONTHS_AND_DAYS:
        return "date"
    followed = NEXT_WORD.match(text, each.end)
    if followed is None:
        return ""
    noun = fold_letters(followed[1])
    if unit := UNITS.get(followed[1]) or UNITS.get(noun) or _find_compound_unit(noun):
        return unit
    if noun in MONTHS_AND_DAYS:
        return "date"
    if each.value in YEARS and not each.is_spelled:
        return ""
    is_noun = followed[1][0].isupper() or language not in NOUN_LANGUAGES
    return "count" if is_noun and len(noun) > 2 and not is_frequent(followed[1]) else ""


def _find_compound_unit(noun: str) -> str:
    """Return the unit that a compound ends with, as “Wochenstunden” does."""
    return next((UNITS[noun[-size:]] for size in range(5, len(noun) - 2) if noun[-size:] in UNITS), "")
