"""The text of a table: each row in a line, with the header of each cell before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from .extraction import MAX_BYTES, Unreadable

LOOKED_AT = 10  # rows in which a header is looked for: titles may stand above it
MAX_HEADER = 60  # characters of a column's name
CONTACT = re.compile(r"@|://|\bwww\.")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NUMBER = re.compile(r"[\W\d]*\d[\W\d]*")


def is_header(row: Sequence[str]) -> bool:
    """Return whether a row looks like names of columns: each short, another one, and no number, contact or time.

    Years may name columns, but not the first one.
    """
    names = [cell.casefold() for cell in row if cell]
    others = [name for name in names[1:] if not YEAR.fullmatch(name)]
    return (
        len(names) > 1
        and len(names) == len(set(names))
        and len(names) * 2 > len(row)
        and sum(YEAR.search(name) is not None for name in [*names[:1], *others]) != 1  # “Since 2021” is a row's
        and all(len(name) <= MAX_HEADER and not CONTACT.search(name) for name in names)
        and not any(NUMBER.fullmatch(name) for name in [*names[:1], *others])
    )


def write_rows(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a line for each row of a table that is given as text. Raises Unreadable where that is too long."""
    remaining = iter(rows)
    head = [[squeeze(cell) for cell in row] for row in islice(remaining, LOOKED_AT)]
    start = _find_header(head)
    header = [] if start is None else _trim(head[start])
    body = head if start is None else head[start + 1 :]
    characters = 0
    for row in [] if start is None else head[:start]:
        yield from _write(row, [])
    for row in chain(body, ([squeeze(cell) for cell in row] for row in remaining)):
        for line in _write(row, header):
            characters += len(line)
            if characters > MAX_BYTES:
                raise Unreadable(f"its text is larger than {MAX_BYTES // 10**6} MB")
            yield line


def label(name: str, text: str) -> str:
    """Return a cell's text after its column's name."""
    return f"{name.rstrip(' :')}: {text}" if name and text else text


def squeeze(cell: str) -> str:
    """Return a cell's text in one line."""
    return " ".join(cell.split())


def _find_header(head: list[list[str]]) -> int | None:
    """Return the place of the first row that is at least half as wide as the widest, if it looks like a header."""
    widths = [sum(map(bool, row)) for row in head]
    wide = [place for place, width in enumerate(widths) if width > 1 and width * 2 > max(widths)]
    if len(wide) < 2 or not is_header(_trim(head[wide[0]])):
        return None
    if max(widths) == 2 and _is_form([head[place][-1] for place in wide[1:]]):
        return None
    return wide[0]


def _is_form(values: list[str]) -> bool:
    """Return whether the second of two columns holds contacts beside other text, as in a list of names and values."""
    kinds = {CONTACT.search(value) is not None for value in values if value}
    return len(kinds) > 1


def _trim(row: list[str]) -> list[str]:
    """Return a row without empty cells at its end."""
    while row and not row[-1]:
        row = row[:-1]
    return row


def _write(row: list[str], header: list[str]) -> Iterator[str]:
    names = [*header, *[""] * (len(row) - len(header))]
    if cells := [label(name, cell) for name, cell in zip(names, row, strict=False) if cell]:
        yield " | ".join(cells)
