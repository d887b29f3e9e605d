"""The headers of a web page's tables, so that each row can be read without the ones above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4.element import Tag

from .tables import LOOKED_AT, is_header

MAX_SPAN = 100  # columns or rows of one cell; browsers allow 1,000 (HTML, 4.9.11)
CELLS = ("td", "th")


@dataclass
class TableLabels:
    """By the `id` of a tag: the header of each cell below one, and the rows that are headers of others."""

    labels: dict[int, str] = field(default_factory=dict)
    header_rows: set[int] = field(default_factory=set)

    def add_table(self, rows: list[Tag]) -> None:
        """Find the header of a table's rows, and name with it each cell below."""
        grid = list(_lay_out(rows))
        count = _count_header_rows(rows, grid)
        if not count or count == len(rows):
            return
        self.header_rows.update(id(row) for row in rows[:count])
        names: dict[int, list[str]] = {}
        for row in grid[:count]:
            for column, cell, span in row:
                for place in range(column, column + span):
                    names.setdefault(place, []).append(squeeze(cell))
        for row in grid[count:]:
            for column, cell, _ in row:
                self.labels[id(cell)] = " ".join(dict.fromkeys(filter(None, names.get(column, ()))))


def squeeze(tag: Tag) -> str:
    """Return a tag's text in one line."""
    return " ".join(tag.get_text(" ").split())


def _lay_out(rows: list[Tag]) -> Iterator[list[tuple[int, Tag, int]]]:
    """Yield the cells of each row, with their columns and how many of them they span."""
    taken: dict[int, int] = {}  # columns that a cell from above reaches into, and for how many more rows
    for row in rows:
        column, placed = 0, []
        below = {place: left - 1 for place, left in taken.items() if left > 1}
        for cell in (child for child in row.children if isinstance(child, Tag) and child.name in CELLS):
            while column in taken:
                column += 1
            span, height = _read_span(cell, "colspan"), _read_span(cell, "rowspan")
            placed.append((column, cell, span))
            if height > 1:
                below.update(dict.fromkeys(range(column, column + span), height - 1))
            column += span
        yield placed
        taken = below


def _read_span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return min(max(int(value), 1), MAX_SPAN) if value.isascii() and value.isdigit() else 1


def _count_header_rows(rows: list[Tag], grid: list[list[tuple[int, Tag, int]]]) -> int:
    """Return how many rows are headers: those in thead or of th alone; or the first, where it looks like one."""
    marked = 0
    for row in rows:
        cells = [child for child in row.children if isinstance(child, Tag) and child.name in CELLS]
        is_marked = (row.parent is not None and row.parent.name == "thead") or all(cell.name == "th" for cell in cells)
        if not cells or not is_marked:
            break
        marked += 1
    if marked or len(rows) < 2:
        return marked
    first, second = ([cell for _, cell, _ in row] for row in grid[:2])
    texts = [squeeze(cell) for cell in first]
    is_set_off = bool(first) and all(map(_is_bold, first)) and not all(map(_is_bold, second))
    below = [[squeeze(cell) for _, cell, _ in row] for row in grid[1:LOOKED_AT]]
    return int(len(first) > 1 and is_header(texts, below) and (is_set_off or len(first) > 2))


def _is_bold(cell: Tag) -> bool:
    """Return whether all text of a cell is bold."""
    bold = "".join(squeeze(tag) for tag in cell.find_all(["b", "strong"]))
    text = squeeze(cell)
    return bool(text) and bold.replace(" ", "") == text.replace(" ", "")
