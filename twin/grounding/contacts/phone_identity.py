"""When two phone numbers are the same: in the form of E.164, as a country writes it, or without its code."""

from __future__ import annotations

import re

from .number_forms import PLUS, WITH_PLUS
from .numbers import as_digits

CALLING_CODE = re.compile(  # ITU-T E.164
    r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d"
)
IS_WHOLE = re.compile(rf"{PLUS}|\A\(?00")
TRUNK_IN_BRACKETS = re.compile(r"\(0\)")
ARGENTINE_MOBILE = re.compile(r"0?(?=\d{12}\Z)(\d{2,4})15(\d{6,8})")  # at home; abroad with 9, and without 15
TRUNKS = {("06", 8): "36", ("06", 9): "36", ("8", 8): "370", ("80", 9): "375"}  # not 0: what follows is so long


def read_number(number: str) -> set[tuple[str, str]]:
    """Return the readings of a number: its country's code, empty if written without, and the rest.

    A national number's trunk prefix is not part of it: 0 in most countries, 1, 8, 06 or 80 in some.
    """
    digits = as_digits(TRUNK_IN_BRACKETS.sub("", number) if IS_WHOLE.search(number) else number)
    if WITH_PLUS.search(number):
        return _split_code(digits)
    readings = {("", digits.lstrip("0"))}
    if digits.startswith(("00", "011")):
        readings |= _split_code(digits.removeprefix("011") if digits.startswith("011") else digits[2:])
    elif not digits.startswith("0") and len(digits) > 9:
        readings |= _split_code(digits)
    if len(digits) == 11 and digits[0] in "18":
        readings.add(("", digits[1:]))
    for (trunk, length), code in TRUNKS.items():
        if digits.startswith(trunk) and len(digits) == len(trunk) + length:
            readings.add((code, digits[len(trunk) :]))
    if match := ARGENTINE_MOBILE.fullmatch(digits):
        readings.add(("54", match[1] + match[2]))
    return readings


def find_longest(number: str) -> str:
    """Return the longest reading of a number, without the country's code, by which misspellings are measured."""
    return max((rest for _, rest in read_number(number)), key=len)


def _split_code(digits: str) -> set[tuple[str, str]]:
    code = match.group() if (match := CALLING_CODE.match(digits)) else ""
    rest = digits[len(code) :].lstrip("0")
    readings = {(code, rest)}
    if code == "54" and len(rest) == 11 and rest[0] == "9":
        readings.add((code, rest[1:]))
    return readings
