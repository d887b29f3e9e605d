"""Forms of digits with separators: a phone number's, and those of dates, counts, pages and other numbers."""

from __future__ import annotations

import re
from itertools import pairwise

BLANK = "[ \u00a0\u2000-\u200a\u202f\u3000]"
DASH = "[-\u2010-\u2015\u2212\uff0d]"
PLUS = "[+\uff0b]"
SEPARATOR = rf"(?:{BLANK}?(?:{DASH}|/){BLANK}?|\.|\){BLANK}?(?:{DASH}|/)?{BLANK}?|{BLANK}?\(|{BLANK})"
AREA = rf"\((?={PLUS}?\d{{1,5}}\))"  # opens a code in brackets
NUMBER = rf"(?:{PLUS}{BLANK}?)?(?:{AREA})?{PLUS}?\d(?:{SEPARATOR}?\d){{0,40}}+"
GROUP = re.compile(rf"(?:{PLUS}{BLANK}?)?\(?{PLUS}?\d+")
DIGITS = re.compile(r"\d+")
WITH_PLUS = re.compile(PLUS)
AFTER_BLANK, BEFORE_BLANK = re.compile(rf"{BLANK}[(+]*\Z"), re.compile(rf"{BLANK}|[)]")

YEAR = r"(?:1[5-9]|20|21)\d\d"
MONTH, DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
DATE = rf"(?:{YEAR}[-./]\d{{1,2}}[-./]{DAY}|{DAY}[-./ ]\d{{1,2}}[-./ ]{YEAR}|\d{{1,2}}[-./]{YEAR}|{YEAR}[-./]\d{{1,2}})"
DATES = re.compile(rf"{DATE}(?:\s*(?:{DASH}|/)\s*{DATE})?")
FULL_DATE = rf"(?:{YEAR}[-./]{MONTH}[-./]{DAY}|{DAY}[-./]{DAY}[-./]{YEAR})"
DATED = re.compile(rf"(?:.*[\s(])?{FULL_DATE}(?:[\s)].*)?")  # a day with its time, or with another number
VERSION = re.compile(r"\d+(?:\.\d+)*\.0(?:\.\d+)+")
ZIP = re.compile(r"[1-9]\d{4}-\d{4}")  # with four digits more, in the USA
FILED = re.compile(rf"{YEAR}(?:{MONTH}{DAY})?[-/]\d{{2,6}}")  # invoices, cases, vulnerabilities
COMPACT_DATE = re.compile(rf"{YEAR}(?:0[1-9]|1[0-2]){DAY}\d*")
MILLISECONDS = re.compile(r"1\d{12}")  # since 1970
YEAR_LIST = re.compile(rf"[(]?{YEAR}(?:\D+{YEAR})*\D*")
YEARS = rf"{YEAR}{BLANK}?(?:{DASH}|/){BLANK}?(?:{YEAR}|\d\d)(?!\d)"
# Of a CV's line: years from and to, or a year with something in brackets; of a reference: a year in brackets.
HAS_YEARS = re.compile(
    rf"{YEARS}(?=\W|\Z)|{YEAR}{BLANK}?\(\d+|.*(?<=\D)(?:{MONTH}[./])?{YEAR}{BLANK}?(?:{DASH}){BLANK}?(?:{MONTH}[./])?{YEAR}\b|.*\((?:{YEAR}|{YEARS})(?:\)|\Z)"
)
OPENS_WITH_YEAR = re.compile(rf"{YEAR}(?!\d)")
THOUSANDS = re.compile(rf"[1-9]\d{{0,2}}({BLANK}|\.)\d{{3}}(?:\1\d{{3}})*")
DECIMAL = re.compile(r"(?:0|[1-9]\d*)\.\d+")
FOUR_BYTES = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}")  # an address of the internet
BOOK = re.compile(r"97[89]\d{10}")  # ISBN-13
CARD = re.compile(r"\d{4}(?:[ -]\d{4}){3,}|97[89](?:[ -]?\d){10}")  # or a book
SPAN = re.compile(rf"(\d{{1,6}}){BLANK}?{DASH}{BLANK}?(\d{{1,6}})")  # of pages
LIMITS = {"2147483647", "4294967295"}  # of integers
OTHER_FORMS = (DATES, DATED, VERSION, ZIP, FILED, YEAR_LIST, FOUR_BYTES, DECIMAL)

NORTH_AMERICAN = re.compile(r"(?:1[-. ])?(?:\([2-9]\d\d\)[- ]?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}")
LOCAL = re.compile(r"[2-9]\d{2}[-.]\d{4}")
NATIONAL = re.compile(  # French service numbers, Spain's, Russia's and Poland's
    rf"0{BLANK}8\d\d{BLANK}(?:\d{{3}}{BLANK}\d{{3}}|\d\d{BLANK}\d\d{BLANK}\d\d)"
    rf"|[6-9]\d\d{BLANK}\d\d{BLANK}\d\d{BLANK}\d\d|\d\d{BLANK}\d{{3}}{BLANK}\d\d{BLANK}\d\d"
    rf"|[78](?:{BLANK}|-)\(?\d{{3}}\)?(?:{BLANK}|-)\d{{3}}(?:{BLANK}|-)\d\d(?:{BLANK}|-)\d\d"
)
AREA_FIRST = re.compile(rf"(?:\d{{1,3}}\D{{0,2}})?\(\d{{2,5}}\){BLANK}?\d")
HALVES = re.compile(r"[2-9]\d{3}[ -]\d{4}")  # as eight digits are written in many countries
SPELLED_OUT = re.compile(rf"\d(?:{BLANK}|{DASH}|\.|{BLANK}{DASH}{BLANK}){{1}}(?:\d(?:{BLANK}|{DASH}|\.)){{7,13}}\d")
COMPUTED = re.compile(r"[=<>≤≥≈×^]\s?\Z")  # before a count
COLON = re.compile(r"[^\W\d_]:[ ]?\Z")


def is_other_form(number: str, digits: str) -> bool:
    """Return whether digits are written as a date, a version, a book or the like, whatever stands before them."""
    if number.isdecimal() and (digits in LIMITS or COMPACT_DATE.fullmatch(digits) or MILLISECONDS.fullmatch(digits)):
        return True
    if BOOK.fullmatch(digits) or any(form.fullmatch(number) for form in OTHER_FORMS):
        return True
    return not WITH_PLUS.search(number) and HAS_YEARS.match(number) is not None


def is_span(number: str) -> bool:
    """Return whether two numbers are the first and the last of some pages: near, and the smaller one first."""
    match = SPAN.fullmatch(number)
    if not match or len(match[1]) != len(match[2]):
        return False
    first, last = int(match[1]), int(match[2])
    return first < last <= first + max(200, first // 4)


def is_bits(digits: str) -> bool:
    """Return whether digits are zeros and ones alone."""
    return set(digits) <= {"0", "1"}


def is_list(groups: list[str]) -> bool:
    """Return whether groups of digits are years or counts: all round, or in equal steps and not filled with zeros."""
    if len(groups) > 1 and all(group.endswith("00") for group in groups):
        return True
    if sum(OPENS_WITH_YEAR.fullmatch(group) is not None for group in groups) > 1:
        return True
    counts = [int(group) for group in groups]
    is_filled = any(len(group) > 1 and group.startswith("0") for group in groups)
    steps = {second - first for first, second in pairwise(counts)}
    return len(counts) > 2 and len(steps) == 1 and not is_filled


def has_groups(groups: list[str], number: str) -> bool:
    """Return whether groups of digits have the lengths of a phone number, and list no models."""
    lengths = [len(group) for group in groups]
    are_models = len(set(lengths)) == 1 and "/" in number
    return sum(lengths) >= 9 and max(lengths) >= 4 and max(lengths) <= 8 and not are_models
