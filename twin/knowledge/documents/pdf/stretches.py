"""Parts of a page that the file has from the top to the bottom.

Browsers draw what floats before the text that it floats beside: dates at the right of a list, a column before the
page's title. Here these find their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .fragments import Fragment

Row = list[Fragment]

LINE_PITCH = 2.2  # font sizes; lines that are further apart are no lines of one paragraph
DATE = re.compile(r"\d{4}|\b\d{1,2}[./]\d{1,2}\b")


def make_stretches(fragments: Sequence[Fragment], *, is_from_right: bool) -> list[list[Row]]:
    """Return the stretches of a page, each as its rows from the top; some are empty."""
    stretches = [_make_rows(stretch, is_from_right=is_from_right) for stretch in _split_descending(fragments)]
    for before, stretch in pairwise(stretches):
        _merge_floats(before, stretch)
        _move_titles(before, stretch)
    return stretches


def overlap(one: Fragment, other: Fragment) -> bool:
    """Return whether one fragment stands above or below the other, at least in part."""
    return one.left < other.right and other.left < one.right


def _split_descending(fragments: Sequence[Fragment]) -> Iterator[list[Fragment]]:
    """Yield the fragments that were written from the top to the bottom."""
    stretch: list[Fragment] = []
    for fragment in fragments:
        before = stretch[-1] if stretch else fragment
        if fragment.y > before.y + 0.5 * before.size or fragment.turn != before.turn:
            yield stretch
            stretch = []
        stretch.append(fragment)
    if stretch:
        yield stretch


def _make_rows(fragments: list[Fragment], *, is_from_right: bool) -> list[Row]:
    rows: list[Row] = []
    for fragment in fragments:
        if rows and abs(fragment.y - rows[-1][0].y) <= 0.35 * fragment.size:
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    for row in rows:
        row.sort(key=lambda fragment: -fragment.right if is_from_right else fragment.left)
    return rows


def _merge_floats(before: list[Row], stretch: list[Row]) -> None:
    """Move what floats beside rows into them: browsers draw the dates at the right of a list before the list."""
    found: list[tuple[Row, Row]] = []
    for index in range(len(before) - 1, -1, -1):
        row = before[index]
        beside = next((other for other in stretch if _is_beside(row, other)), None)
        if beside is None or (index and _is_paragraph(before[index - 1], row)):
            break
        found.append((row, beside))
    are_dates = all(DATE.search(row[0].text) and row[0].left > beside[-1].right for row, beside in found)
    goes_on_below = any(_is_paragraph(row, other) for row, _ in found for other in stretch)
    if found and (are_dates or goes_on_below):
        for row, beside in found:
            beside[:] = sorted([*beside, *row], key=lambda fragment: fragment.left)
        del before[len(before) - len(found) :]


def _is_beside(row: Row, other: Row) -> bool:
    return abs(row[0].y - other[0].y) < 1 and row[0].turn == other[0].turn and not _overlap_rows(row, other)


def _is_paragraph(above: Row, below: Row) -> bool:
    """Return whether a row stands closely above another."""
    return 0 < above[0].y - below[0].y < LINE_PITCH * below[0].size and _overlap_rows(above, below)


def _overlap_rows(row: Row, other: Row) -> bool:
    return any(overlap(one, two) for one in row for two in other)


def _move_titles(before: list[Row], stretch: list[Row]) -> None:
    """Move the rows above what is written before them to its front: browsers draw what floats before a page's title."""
    if not before:
        return
    top = before[0][0]
    left, right = min(row[0].left for row in before), max(row[-1].right for row in before)
    largest = max(fragment.size for row in before for fragment in row)
    count = 0
    for row in stretch:
        is_over = row[0].left < right and left < row[-1].right
        if row[0].turn != top.turn or row[0].y < top.y + top.size or not (is_over or row[0].size > 1.25 * largest):
            break
        count += 1
    before[:0] = stretch[:count]
    del stretch[:count]
