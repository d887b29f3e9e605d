"""The text of a table: each row in a line, with the header of each cell before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice, zip_longest

from .extraction import MAX_BYTES, Unreadable

LOOKED_AT = 10  # rows in which a header is looked for: titles may stand above it
MAX_HEADER = 60  # characters of a column's name
MAX_QUESTION = 300  # characters of one above values: an export of a form has its questions there
CONTACT = re.compile(r"@|://|\bwww\.")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NUMBER = re.compile(r"[\W\d]*\d[\W\d]*")

Rows = Sequence[Sequence[str]]


def is_header(row: Sequence[str], below: Rows = ()) -> bool:
    """Return whether a row looks like names of columns: each short, another one, and no number, contact or time.

    Years may name columns, but not the first one. Names may be long, or equal, where the rows `below` hold values.
    """
    names = [cell.casefold() for cell in row if cell]
    others = [name for name in names[1:] if not YEAR.fullmatch(name)]
    is_above_values = _stands_above_values(row, below)
    recurring = {cell.casefold() for other in below for cell in other} & set(names)
    are_distinct = len(names) == len(set(names)) or (len(set(names)) > 1 and bool(below) and not recurring)
    return (
        len(names) > 1
        and (are_distinct or is_above_values)
        and len(names) * 2 > len(row)
        and sum(YEAR.search(name) is not None for name in [*names[:1], *others]) != 1  # “Since 2021” is a row's
        and all(len(name) <= (MAX_QUESTION if is_above_values else MAX_HEADER) for name in names)
        and not any(NUMBER.fullmatch(name) for name in [*names[:1], *others])
        and not any(CONTACT.search(name) for name in names)
        and not _resembles_rows(row, below)
    )


def write_rows(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a line for each row of tables that are given as text. Raises Unreadable where that is too long.

    After an empty row another table may begin, or the same one go on.
    """
    characters = 0
    for row, names in _name_columns([squeeze(cell) for cell in row] for row in rows):
        for line in _write(row, names):
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


def _name_columns(rows: Iterable[list[str]]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield each row that is no header, with the names of its columns."""
    header: list[str] = []
    values: list[list[str]] = []  # the first rows below it
    carried: list[list[str]] = []  # rows that stand alone before the first header: a title, or that header
    for is_filled, remaining in groupby(rows, key=any):
        if not is_filled:
            continue
        head = [*carried, *islice(remaining, LOOKED_AT)]
        is_single, carried = len(head) == len(carried) + 1, []
        if is_single and not header and _find_header(head) is None:
            carried = head[-LOOKED_AT:]
            yield from ((row, []) for row in head[:-LOOKED_AT])
            continue
        start, names = _choose_header(head, header, values)
        if start:
            header, values = names, head[start:]
        yield from ((row, []) for row in head[: max(start - 1, 0)])
        yield from ((row, names) for row in chain(head[start:], remaining))
    yield from ((row, []) for row in carried)


def _choose_header(head: list[list[str]], known: list[str], values: Rows) -> tuple[int, list[str]]:
    """Return how many rows end with the header of those below, and the names of the columns.

    Where it is not sure whether the table with the `known` header and these `values` goes on, no column has a name.
    """
    start = _find_header(head)
    if start is None:
        is_narrower = max(len(_trim(row)) for row in head) < len(known)  # a note below the table, another table
        return 0, [] if is_narrower else known
    found, below = head[start], head[start + 1 :]
    names = {name.casefold() for name in known if name}
    is_new = (
        not known
        or start > 0
        or len(_trim(found)) != len(known)
        or [bool(cell) for cell in _trim(found)] != [bool(name) for name in known]
        or bool(names & {cell.casefold() for cell in found})
        or _stands_above_values(found, below)
        or _stands_above_values(found, values)
    )
    return (start + 1, _trim(found)) if is_new else (0, [])


def _find_header(head: list[list[str]]) -> int | None:
    """Return the place of the first row that is at least half as wide as the widest, if it looks like a header."""
    widths = [sum(map(bool, row)) for row in head]
    wide = [place for place, width in enumerate(widths) if width > 1 and width * 2 > max(widths)]
    if len(wide) < 2 or not is_header(_trim(head[wide[0]]), [head[place] for place in wide[1:]]):
        return None
    if max(widths) == 2 and _is_form([_trim(head[place]) for place in wide]):
        return None
    return wide[0]


def _stands_above_values(row: Sequence[str], below: Rows) -> bool:
    """Return whether a column has words in this row, and only numbers, dates or contacts in the rows below."""
    columns = zip_longest(*below, fillvalue="")
    filled = ((name, list(filter(None, column))) for name, column in zip(row, columns, strict=False))
    return any(name and not _is_value(name) and column and all(map(_is_value, column)) for name, column in filled)


def _resembles_rows(row: Sequence[str], below: Rows) -> bool:
    """Return whether a column holds in this row a year or a figure of the same form as in all rows below."""
    columns = zip_longest(*below, fillvalue="")
    forms = (
        (_find_form(name), {_find_form(cell) for cell in column if cell})
        for name, column in zip(row, columns, strict=False)
    )
    return any(form and others == {form} for form, others in forms)


def _find_form(cell: str) -> str:
    """Return a text's form, such as `000 m`, where that says what it is: a year, or a figure among words."""
    if YEAR.fullmatch(cell):
        return "year"
    return re.sub(r"\d", "0", cell) if re.search(r"\d", cell) and re.search(r"[^\W\d]", cell) else ""


def _is_value(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell) or CONTACT.search(cell) or YEAR.search(cell))


def _is_form(rows: Rows) -> bool:
    """Return whether two columns are names and values: some of these are contacts or numbers, others words."""
    kinds = {
        "contact" if CONTACT.search(row[-1]) else "number" if NUMBER.fullmatch(row[-1]) else "words" for row in rows[1:]
    }
    return len(kinds) > 1 or all(row[0].endswith(":") for row in rows)


def _trim(row: list[str]) -> list[str]:
    """Return a row without empty cells at its end."""
    while row and not row[-1]:
        row = row[:-1]
    return row


def _write(row: list[str], header: list[str]) -> Iterator[str]:
    names = [*header, *[""] * (len(row) - len(header))]
    if cells := [label(name, cell) for name, cell in zip(names, row, strict=False) if cell]:
        yield " | ".join(cells)
