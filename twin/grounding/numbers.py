"""What in a text is a phone number, and when two of them are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

DIGITS = range(7, 16)  # that a number has (E.164 allows 15), its country's code included
SPACE = "[ \u00a0\u2009\u202f]"
DASH = "[-.\u2010-\u2015]"
SEPARATOR = rf"(?:{SPACE}?{DASH}{SPACE}?|/|\){SPACE}?[-/]?{SPACE}?|{SPACE}?\(|{SPACE})"
AREA = r"\((?=\+?\d{1,5}\))"  # opens a code in brackets
NUMBER = rf"(?:\+{SPACE}?)?(?:{AREA})?\+?\d(?:{SEPARATOR}?\d){{0,40}}"
GROUP = re.compile(rf"(?:\+{SPACE}?)?\(?\+?\d+")

CALLING_CODE = re.compile(  # ITU-T E.164
    r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d"
)

ANNOUNCED = re.compile(
    r"(?i)(?:\b(?:call|cell|dial|fax|handy|mobil|mobile|m[oó]vil|phone|reach|ring|signal|tel|telefon|t[eé]l[eé]fono?|"
    r"t[eé]l[eé]phone|text|whats ?app)|\b(?:number|nummer|num[eé]ro|n[uú]mero)\W{0,3}(?:is|ist|est|es)?)\b"
    r"[^.!?\n]{0,25}\Z"
)
LABELLED = re.compile(r"(?i)(?:\b(?:isbn|issn|orcid|doi|arxiv|pmid|no\.?|version)\W*|[$€£¥#§]\s?)\Z")
DATE = re.compile(r"(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./ ])\d{1,2}\2\d{4})(?:[ ]\d{1,4})?")
YEARS = re.compile(r"[(]?(?:1[5-9]|20|21)\d\d(?:\D+(?:1[5-9]|20|21)\d\d)*\D*")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([ .\u00a0\u2009\u202f])\d{3})(?:\1\d{3})*")
DECIMAL = re.compile(r"\d+\.\d+")
FOUR_BYTES = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")  # an address of the internet
BOOK = re.compile(r"97[89]\d{10}")  # ISBN-13
WRITTEN_APART = re.compile(
    r"\(\d{2,5}\)\D*\d{2,4}\D*\d{2,}|(?:1\D)?\d{3}\D{1,2}\d{3}\D\d{4}|\d{2,5}(?:[-./]\d{2,6}){2,4}"
)
LOCAL = re.compile(r"\d{3}[-.]\d{4}")


def split_groups(run: str) -> list[tuple[int, int]]:
    """Return start and end of each group of digits in a run."""
    return [group.span() for group in GROUP.finditer(run)]


def split_run(run: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of what may be one number each, in a run of digits and what separates them."""
    groups = split_groups(run)
    counts = [len(as_digits(run[start:end])) for start, end in groups]
    first = 0
    for index, (start, _) in enumerate(groups):
        digits, left = sum(counts[first:index]), sum(counts[index:])
        starts_apart = run[start] == "0" and run[:start][-1:].isspace() and run[groups[first][0]] not in "+(0"
        is_new = run[start] == "+" or (starts_apart and left >= 9)
        if digits and (is_new or digits + counts[index] >= DIGITS.stop):
            yield groups[first][0], groups[index - 1][1]
            first = index
    yield groups[first][0], groups[-1][1]


def is_phone_number(number: str, before: str) -> bool:
    """Whether a run of digits with separators is one, and no date, count, price or book, as far as form tells.

    `before` is the text up to it: words that announce a number there decide where the form does not.
    """
    digits = as_digits(number)
    if len(digits) not in DIGITS:
        return False
    if "+" in number or digits.startswith("00"):
        return True
    if DATE.fullmatch(number) or YEARS.fullmatch(number) or FOUR_BYTES.fullmatch(number) or LABELLED.search(before):
        return False
    if ANNOUNCED.search(before) or (digits.startswith("0") and len(digits) >= 9):
        return True
    if THOUSANDS.fullmatch(number) or DECIMAL.fullmatch(number) or BOOK.fullmatch(digits):
        return False
    if LOCAL.fullmatch(number):
        return not number.endswith("0")  # or it is a range
    return bool(WRITTEN_APART.fullmatch(number)) or (
        number == digits and len(digits) >= 10 and not digits.endswith("000")
    )


def as_digits(number: str) -> str:
    """Return the digits of a number in any script, as ASCII's."""
    return "".join(str(unicodedata.decimal(character)) for character in number if character.isdecimal())


def read_number(number: str) -> set[tuple[str, str]]:
    """Return what a number may be: its country's code, empty where it is written without, and the rest.

    A national number's trunk prefix is not part of it: 0 in most countries, 8 or 1 in some.
    """
    digits = as_digits(re.sub(r"\(0\)", "", number) if re.match(r"\+|00", number) else number)
    if "+" in number:
        return {_split_code(digits)}
    readings = {("", digits.lstrip("0"))}
    if digits.startswith(("00", "011")):
        readings.add(_split_code(digits.removeprefix("011") if digits.startswith("011") else digits[2:]))
    elif not digits.startswith("0") and len(digits) > 9:
        readings.add(_split_code(digits))
    if len(digits) == 11 and digits[0] in "18":
        readings.add(("", digits[1:]))
    return readings


def _split_code(digits: str) -> tuple[str, str]:
    code = match.group() if (match := CALLING_CODE.match(digits)) else ""
    return code, digits[len(code) :].lstrip("0")
