"""Phone numbers: which digits are one, and when two of them are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

NUMBER_LENGTHS = range(7, 16)  # digits, with the country's code (E.164 allows 15)
MAX_GROUPS = 8  # of digits in one number
BLANK = "[ \u00a0\u2000-\u200a\u202f\u3000]"
DASH = "[-\u2010-\u2015\u2212\uff0d]"
PLUS = "[+\uff0b]"
SEPARATOR = rf"(?:{BLANK}?(?:{DASH}|/){BLANK}?|\.|\){BLANK}?(?:{DASH}|/)?{BLANK}?|{BLANK}?\(|{BLANK})"
AREA = rf"\((?={PLUS}?\d{{1,5}}\))"  # opens a code in brackets
NUMBER = rf"(?:{PLUS}{BLANK}?)?(?:{AREA})?{PLUS}?\d(?:{SEPARATOR}?\d){{0,40}}+"
GROUP = re.compile(rf"(?:{PLUS}{BLANK}?)?\(?{PLUS}?\d+")

CALLING_CODE = re.compile(  # ITU-T E.164
    r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d"
)

# Words that announce a number, in some languages; of scripts without spaces they may stand anywhere.
ANNOUNCED = re.compile(
    r"(?i)(?:(?<![a-z])(?:call|cell(?:phone|ular)?|celular|chiam\w+|contact|dial|fax|handy|ligue|ll[aá]m\w+|mob(?:ile?|il)?|"
    r"m[oó]vil|ph|phone|reach (?:me|us|him|her)|ring|ruf\w*|appel\w+|signal|tel|telefon\w*|t[eé]l[eé]fono?|"
    r"t[eé]l[eé]phone|text|whats ?app|(?:my|his|her|our|contact) (?:new )?(?:number|nummer))(?![a-z])|"
    r"тел|звон|电话|電話|手机|هاتف|फ़ोन|फोन|전화|[\U0001f4de\U0001f4f1\u260e])\.?"
    r"[^.!?\n]{0,25}(?:no\.)?[^.!?\n]{0,3}\n?[ ]?\Z"
)
LABELLED = re.compile(
    r"(?i:(?:isbn(?:-1[03])?|issn|orcid|doi|arxiv|pmid|iban|ean|gtin|upc|siret|siren|vat|ssn|ein|cpf|cnpj|"
    r"(?:order|invoice|ticket|tracking|reference|account|booking) (?:no\.?|number|nr\.?|id))\W*|[$€£¥#§〒]\s?)\Z"
    r"|\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){0,7} ?\Z"
)
LEAD_CHARACTERS = 64  # before a number, in which one of these begins
TOLD = re.compile(r"[^\W\d_]|[$€£¥#§〒\U0001f4de\U0001f4f1\u260e]")  # in both; rare before other digits
YEAR = r"(?:1[5-9]|20|21)\d\d"
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
DATE = rf"(?:{YEAR}[-./]\d{{1,2}}[-./]{DAY}|{DAY}[-./ ]\d{{1,2}}[-./ ]{YEAR}|\d{{1,2}}[-./]{YEAR}|{YEAR}[-./]\d{{1,2}})"
DATES = re.compile(rf"{DATE}(?:\s*(?:{DASH}|/)\s*{DATE})?")
FULL_DATE = rf"(?:{YEAR}[-./]\d{{1,2}}[-./]{DAY}|{DAY}[-./]\d{{1,2}}[-./]{YEAR})"
DATED = re.compile(rf"(?:.*{BLANK})?{FULL_DATE}(?:{BLANK}.*)?")  # a day with its time, or with another number
VERSION = re.compile(r"\d+(?:\.\d+)*\.0(?:\.\d+)+")
ZIP = re.compile(r"[1-9]\d{4}-\d{4}")  # with four digits more, in the USA
FILED = re.compile(rf"{YEAR}-\d{{4,6}}")  # invoices, cases, vulnerabilities
COMPACT_DATE = re.compile(rf"{YEAR}(?:0[1-9]|1[0-2]){DAY}\d*")
YEAR_LIST = re.compile(rf"[(]?{YEAR}(?:\D+{YEAR})*\D*")
THOUSANDS = re.compile(rf"[1-9]\d{{0,2}}({BLANK}|\.)\d{{3}}(?:\1\d{{3}})*")
DECIMAL = re.compile(r"(?:0|[1-9]\d*)\.\d+")
FOUR_BYTES = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}")  # an address of the internet
BOOK = re.compile(r"97[89]\d{10}")  # ISBN-13
LOCAL = re.compile(r"[2-9]\d{2}[-.]\d{4}")
CARD = re.compile(r"\d{4}(?:[ -]\d{4}){3,}|97[89](?:[ -]?\d){10}")  # or a book
NATIONAL = re.compile(  # French service numbers, Spain's, and Russia's
    rf"0{BLANK}8\d\d{BLANK}(?:\d{{3}}{BLANK}\d{{3}}|\d\d{BLANK}\d\d{BLANK}\d\d)"
    rf"|[6-9]\d\d{BLANK}\d\d{BLANK}\d\d{BLANK}\d\d|9\d{BLANK}\d{{3}}{BLANK}\d\d{BLANK}\d\d"
    rf"|[78](?:{BLANK}|-)\d{{3}}(?:{BLANK}|-)\d{{3}}(?:{BLANK}|-)\d\d(?:{BLANK}|-)\d\d"
)
IN_BRACKETS = re.compile(r"(?:\d{1,3}\D{0,2})?\(\d{2,5}\)")
COMPUTED = re.compile(r"[=<>≤≥≈×^]\s?\Z")  # before a count
OTHER_FORMS = (DATES, DATED, VERSION, ZIP, FILED, YEAR_LIST, FOUR_BYTES, DECIMAL)
LIMITS = {"2147483647", "4294967295"}  # of integers


def list_windows(run: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each part of a run that may be one number: groups apart from the rest, most first."""
    groups = [group.span() for group in GROUP.finditer(run)]
    counts = [len(as_digits(run[start:end])) for start, end in groups]
    starts = [at for at, (start, _) in enumerate(groups) if not at or re.search(rf"{BLANK}[(+]*\Z", run[:start])]
    ends = {at for at, (_, end) in enumerate(groups) if at + 1 == len(groups) or re.match(rf"{BLANK}|[)]", run[end:])}
    for width in range(min(len(groups), MAX_GROUPS), 0, -1):
        for first in starts:
            if first + width - 1 in ends and sum(counts[first : first + width]) in NUMBER_LENGTHS:
                yield groups[first][0], groups[first + width - 1][1]


def split_run(run: str, before: str) -> list[str]:
    """Return the phone numbers in a run, as far as form tells."""
    for start, end in list_windows(run):
        if is_phone_number(run[start:end], before + run[:start]):
            return [*split_run(run[:start], before), run[start:end], *split_run(run[end:], before + run[:end])]
    return []


def is_phone_number(number: str, before: str) -> bool:
    """Return whether digits with separators are a phone number: no date, count, price or book, as far as form tells.

    `before` is the text before: words there that announce a number decide where the form does not.
    """
    digits, groups = as_digits(number), re.findall(r"\d+", number)
    if len(digits) not in NUMBER_LENGTHS or _is_something_else(number, digits):
        return False
    start = max(0, len(before) - LEAD_CHARACTERS)
    is_told = TOLD.search(before, start) is not None
    is_announced = is_told and ANNOUNCED.search(before, start) is not None
    if is_told and not is_announced and LABELLED.search(before, start):
        return False
    if re.search(PLUS, number):
        return not (len(digits) < 10 and digits.endswith("00000"))
    if is_announced:
        return not digits.endswith("00000")
    if NATIONAL.fullmatch(number):
        return True
    if digits.startswith("0"):
        is_list = (len(groups[0]) == 1 and not number.startswith("(")) or (
            len(groups) > 1 and all(group.startswith("0") for group in groups)
        )
        return len(digits) >= 9 and not is_list
    if THOUSANDS.fullmatch(number):
        return False
    if LOCAL.fullmatch(number):
        return not number.endswith("0")  # or it is a range
    if number.isdecimal():
        return not (digits.endswith("0000") or (digits[0] != "0" and COMPUTED.search(before))) and (
            len(digits) > 10 or (len(digits) == 10 and digits[0] != "1")
        )
    return bool(IN_BRACKETS.match(number)) or _has_form(groups, number)


def as_digits(number: str) -> str:
    """Return the digits of a number in any script, as ASCII's."""
    if number.isascii():
        return re.sub("[^0-9]+", "", number)
    return "".join(str(unicodedata.decimal(character)) for character in number if character.isdecimal())


def read_number(number: str) -> set[tuple[str, str]]:
    """Return the readings of a number: its country's code, empty if written without, and the rest.

    A national number's trunk prefix is not part of it: 0 in most countries, 8 or 1 in some.
    """
    is_whole = re.search(rf"{PLUS}|\A00", number) is not None
    digits = as_digits(re.sub(r"\(0\)", "", number) if is_whole else number)
    if re.search(PLUS, number):
        return {_split_code(digits)}
    readings = {("", digits.lstrip("0"))}
    if digits.startswith(("00", "011")):
        readings.add(_split_code(digits.removeprefix("011") if digits.startswith("011") else digits[2:]))
    elif not digits.startswith("0") and len(digits) > 9:
        readings.add(_split_code(digits))
    if len(digits) == 11 and digits[0] in "18":
        readings.add(("", digits[1:]))
    return readings


def find_longest(number: str) -> str:
    """Return the longest reading of a number, without the country's code, by which misspellings are measured."""
    return max((rest for _, rest in read_number(number)), key=len)


def _split_code(digits: str) -> tuple[str, str]:
    code = match.group() if (match := CALLING_CODE.match(digits)) else ""
    return code, digits[len(code) :].lstrip("0")


def _is_something_else(number: str, digits: str) -> bool:
    if number.isdecimal() and (digits in LIMITS or COMPACT_DATE.fullmatch(digits)):
        return True
    return BOOK.fullmatch(digits) is not None or any(form.fullmatch(number) for form in OTHER_FORMS)


def _has_form(groups: list[str], number: str) -> bool:
    """Return whether groups of digits have the lengths of a phone number, and list no counts, years or models."""
    lengths = [len(group) for group in groups]
    is_list = all(group.endswith("00") for group in groups) or (len(set(lengths)) == 1 and "/" in number)
    return sum(lengths) >= 9 and max(lengths) >= 4 and max(lengths) <= 8 and not is_list
