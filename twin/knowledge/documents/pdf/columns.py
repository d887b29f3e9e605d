"""The order in which a page is read.

Most programs write a page in that order, column by column. Some write it from the top to the bottom, whatever stands
side by side: there, columns of prose are told from rows of a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .fragments import HYPHENS, Fragment
from .stretches import LINE_PITCH, Row, make_stretches, overlap

Gap = tuple[float, float]  # from where to where nothing stands, in points

MIN_ROWS = 2  # of a column
MAX_ROWS = 500  # of a page; with more, or with more parts in one, it is no page that people read
MAX_PARTS = 20
MIN_GAP = 0.8  # font sizes between columns
TAB = 3.0  # font sizes; stretched lines have spaces of up to two
MIN_WORDS = 2.5  # that a line of prose has in the middle
END_OF_SENTENCE = re.compile(r"[.!?:;…。！？،؛][\"'”’»)]*$")


def order_rows(fragments: Sequence[Fragment], *, is_from_right: bool) -> list[Row]:
    """Return the rows of a page in reading order; those that stand side by side in one row belong together."""
    stretches = make_stretches(fragments, is_from_right=is_from_right)
    return [row for stretch in stretches for row in _order(stretch, is_from_right=is_from_right)]


def write_row(row: Row) -> str:
    """Return the text of a row, with tabs where its parts stand far apart."""
    text = row[0].text
    for before, fragment in pairwise(row):
        gap = max(fragment.left - before.right, before.left - fragment.right)
        text += ("\t" if gap > TAB * fragment.size else " ") + fragment.text
    return text


def _order(rows: list[Row], *, is_from_right: bool) -> list[Row]:
    if len(rows) > MAX_ROWS or max(map(len, rows), default=0) > MAX_PARTS:
        return rows
    ordered: list[Row] = []
    start = 0
    while start < len(rows):
        end, gap = _find_columns(rows, start)
        columns = _divide(rows[start:end], gap) if gap else None
        if columns is None:
            ordered.append(rows[start])
            start += 1
            continue
        for column in reversed(columns) if is_from_right else columns:
            ordered += _order(column, is_from_right=is_from_right)
        start = end
    return ordered


def _find_columns(rows: list[Row], start: int) -> tuple[int, Gap | None]:
    """Return where the rows end that begin at `start` and have a common gap between columns, and the gap."""
    if start + 1 >= len(rows) or (len(rows[start]) == 1 and overlap(rows[start][0], rows[start + 1][0])):
        return start, None
    free: list[Gap] = [(float("-inf"), float("inf"))]
    best: tuple[int, Gap | None] = (start, None)
    for end in range(start, len(rows)):
        size = rows[end][0].size
        free = [gap for gap in _intersect(free, _find_gaps(rows[end])) if gap[1] - gap[0] > MIN_GAP * size]
        inner = [gap for gap in free if gap[0] > float("-inf") and gap[1] < float("inf")]
        if not inner and (end > start + 1 or best[1]):
            break
        if inner:
            best = end + 1, inner[0]
    return best


def _find_gaps(row: Row) -> list[Gap]:
    places = sorted((fragment.left, fragment.right) for fragment in row)
    edges = [float("-inf"), *(edge for place in places for edge in place), float("inf")]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _intersect(ones: list[Gap], others: list[Gap]) -> list[Gap]:
    pairs = ((max(a, c), min(b, d)) for a, b in ones for c, d in others)
    return [(start, end) for start, end in pairs if start < end]


def _divide(rows: list[Row], gap: Gap) -> tuple[list[Row], list[Row]] | None:
    """Return the rows at the left and at the right of a gap; None where each row belongs together, as in a table."""
    middle = (gap[0] + gap[1]) / 2
    left = [part for row in rows if (part := [fragment for fragment in row if fragment.right <= middle])]
    right = [part for row in rows if (part := [fragment for fragment in row if fragment.left >= middle])]
    if min(len(left), len(right)) < MIN_ROWS:
        return None
    flows_left, flows_right = _find_continuations(left), _find_continuations(right)
    if (flows_left and flows_right) or any(
        _stands_alone(column, flows, len(flows) / len(other))
        for column, flows, other in ((left, flows_right, right), (right, flows_left, left))
    ):
        return left, right
    return None


def _find_continuations(column: list[Row]) -> set[float]:
    """Return the baselines of the lines that go on with a sentence; empty where the column is no prose."""
    words = sorted(len(row[-1].text.split()) for row in column)
    if words[len(words) // 2] < MIN_WORDS:
        return set()
    width = max(row[-1].right for row in column) - min(row[0].left for row in column)
    found = {row[0].y for above, row in pairwise(column) if _continues(above, row, width)}
    return found if len(found) >= 0.3 * (len(column) - 1) else set()


def _continues(above: Row, row: Row, width: float) -> bool:
    if above[0].y - row[0].y > LINE_PITCH * row[0].size:
        return False
    end, start = above[-1].text, row[0].text
    if end.endswith(HYPHENS):
        return True
    if END_OF_SENTENCE.search(end):
        return False
    if start[0].isalpha() and start[0].lower() == start[0].upper():  # no case: then by how full the line is
        return above[-1].right - above[0].left > 0.75 * width
    return start[0].islower()


def _stands_alone(column: list[Row], continuations: set[float], share: float) -> bool:
    """Return whether a column stands beside the other's prose wherever lines break, as labels of paragraphs do not."""
    beside = sum(any(abs(row[0].y - y) <= 0.35 * row[0].size for y in continuations) for row in column)
    return beside >= max(2, 0.8 * len(column) * share)
