"""Phone numbers: which digits are one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from . import number_forms as forms
from .number_words import is_announced, is_called, is_labelled

NUMBER_LENGTHS = range(7, 16)  # digits, with the country's code (E.164 allows 15)
MAX_GROUPS = 8  # of digits in one number


def list_windows(run: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each part of a run that may be one number: groups apart from the rest, most first."""
    if forms.SPELLED_OUT.fullmatch(run):
        yield 0, len(run)
    groups = [group.span() for group in forms.GROUP.finditer(run)]
    counts = [len(as_digits(run[start:end])) for start, end in groups]
    starts = [at for at, (start, _) in enumerate(groups) if not at or forms.AFTER_BLANK.search(run, 0, start)]
    ends = {at for at, (_, end) in enumerate(groups) if at + 1 == len(groups) or forms.BEFORE_BLANK.match(run, end)}
    for width in range(min(len(groups), MAX_GROUPS), 0, -1):
        for first in starts:
            if first + width - 1 in ends and sum(counts[first : first + width]) in NUMBER_LENGTHS:
                yield groups[first][0], groups[first + width - 1][1]


def find_phone_number(run: str, before: str) -> tuple[int, int] | None:
    """Return start and end of the first phone number in a run, as far as form and the words before tell."""
    if forms.CARD.fullmatch(run):
        return None
    is_other = is_labelled(before) and not is_announced(before)
    for start, end in list_windows(run):
        number = run[start:end]
        if (not is_other or forms.WITH_PLUS.search(number)) and is_phone_number(number, before + run[:start]):
            return start, end
    return None


def split_run(run: str, before: str) -> list[str]:
    """Return the phone numbers in a run, as far as form tells."""
    if not (found := find_phone_number(run, before)):
        return []
    start, end = found
    return [*split_run(run[:start], before), run[start:end], *split_run(run[end:], before + run[:end])]


def is_phone_number(number: str, before: str) -> bool:
    """Return whether digits with separators are a phone number: no date, count, price or book, as far as form tells.

    `before` is the text before: words there that announce a number decide where the form does not.
    """
    digits = as_digits(number)
    if len(digits) not in NUMBER_LENGTHS or forms.is_other_form(number, digits):
        return False
    announced = is_announced(before)
    if not announced and is_labelled(before):
        return False
    if forms.WITH_PLUS.search(number):
        return not (len(digits) < 10 and digits.endswith("00000"))
    if announced and is_called(before):
        return not digits.endswith("00000") or digits.startswith("0")
    if forms.OPENS_WITH_YEAR.match(number) or forms.is_span(number):
        return False
    return _has_form(number, digits, before, announced=announced)


def as_digits(number: str) -> str:
    """Return the digits of a number in any script, as ASCII's."""
    if number.isascii():
        return "".join(forms.DIGITS.findall(number))
    return "".join(str(unicodedata.decimal(character)) for character in number if character.isdecimal())


def _has_form(number: str, digits: str, before: str, *, announced: bool) -> bool:
    groups = forms.DIGITS.findall(number)
    if forms.NATIONAL.fullmatch(number) or forms.NORTH_AMERICAN.fullmatch(number):
        return True
    if forms.is_list(groups):
        return False
    if forms.SPELLED_OUT.fullmatch(number):
        return (announced or digits.startswith("0")) and not forms.is_bits(digits)
    if digits.startswith("0"):
        is_single = len(groups[0]) == 1 and not number.startswith("(")
        are_indices = len(groups) > 1 and all(group.startswith("0") for group in groups)
        return len(digits) >= (NUMBER_LENGTHS[0] if announced else 9) and not is_single and not are_indices
    if forms.THOUSANDS.fullmatch(number):
        return announced and len(digits) == 9 and not digits.endswith("00")
    if announced:
        return not digits.endswith("00000")
    if forms.LOCAL.fullmatch(number):
        return not number.endswith("0")  # or it is a range
    if number.isdecimal():
        return _is_whole(digits, before)
    if forms.HALVES.fullmatch(number):
        return forms.COLON.search(before) is not None and not all(group.endswith("0") for group in groups)
    return forms.AREA_FIRST.match(number) is not None or forms.has_groups(groups, number)


def _is_whole(digits: str, before: str) -> bool:
    """Return whether digits without separators may be a phone number: as long as one, and no count."""
    if digits.endswith("0000") or forms.COMPUTED.search(before):
        return False
    return len(digits) > 10 or (len(digits) == 10 and digits[0] != "1")
