"""Write the text of a web page: a line for each block."""

from __future__ import annotations

import re

from bs4.element import Tag

from .html_tables import CELLS, TableLabels
from .links import add_address, resolve_link
from .list_marks import LISTS, ListMarks
from .tables import label

HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
PARAGRAPHS = {"p", "pre", "table", "blockquote", *HEADINGS}  # have an empty line before them
SECTIONS = {"html", "head", "title", "body", "header", "main", "article", "section", "aside", "footer"}
PARTS = {"div", "center", "address", "br", "hr", "figure", "figcaption", "details", "summary", "dialog", "search"}
ITEMS = {"ul", "ol", "menu", "li", "dl", "dt", "dd", "caption", "thead", "tbody", "tfoot", "tr"}
FIELDS = {"form", "fieldset", "legend", "button", "select", "option"}
BLOCKS = {*PARAGRAPHS, *SECTIONS, *PARTS, *ITEMS, *FIELDS}
RAISED = {"sup": "^", "sub": "_"}
POWER = re.compile(r"^\s*[^\s\[(]*\d|^\s*[a-z+−–-]\s*$(?<![aeordht])")  # also a note's number; “[1]” stands for itself
CELL = "\x1f"  # between two cells of a line


class PageText:
    """The lines of a page, written tag by tag."""

    def __init__(self, base: str, arranging_rows: set[int], tables: TableLabels) -> None:
        self._base = base
        self._arranging_rows = arranging_rows
        self._tables = tables
        self._lines: list[str] = []
        self._line: list[str] = []  # the parts of the one that is being written
        self._mark = ""  # that it will begin with
        self._link: tuple[str, int, int] | None = None  # the open one's target, and where it began: a line, a part
        self._rows: list[list[str]] = []  # for those that are open, each being one line: the headers of its cells
        self._pre = 0  # how many are open
        self._lists = ListMarks()

    def write(self, text: str) -> None:
        """Add text to the line."""
        self._line.append(text.replace(CELL, " "))

    def open(self, tag: Tag) -> None:
        """Write what a tag begins with."""
        name = tag.name
        if name == "a":
            self._close_link()  # links are never within links: a browser ends the first
            self._link = (resolve_link(str(tag.get("href", "")), self._base), len(self._lines), len(self._line))
        elif name in CELLS:
            self._open_cell(tag)
        elif name == "meta" and str(tag.get("name")).lower() == "description":
            self._break_line()
            self.write(str(tag.get("content", "")))
            self._break_line()
        elif name in RAISED:
            self._open_raised(tag)
        elif name in BLOCKS:
            self._open_block(tag)

    def close(self, tag: Tag) -> None:
        """Write what a tag ends with."""
        name = tag.name
        if name == "a":
            self._close_link()
        elif self._is_row(tag):
            self._end_cells(is_header=id(tag) in self._tables.header_rows)
            self._rows.pop()
        elif name in BLOCKS or name in CELLS:
            self._break_line()
            self._mark = "" if name == "li" or name in HEADINGS else self._mark
        if name in LISTS:
            self._lists.close()
        self._pre -= name == "pre"

    def finish(self) -> str:
        """Return all lines."""
        self._end_line()
        return "\n".join(self._lines)

    def _is_row(self, tag: Tag) -> bool:
        return tag.name == "tr" and id(tag) not in self._arranging_rows

    def _open_raised(self, tag: Tag) -> None:
        """Mark a power or an index, or ten to the sixth would be 106; ordinals such as 1st need no mark."""
        before = self._line[-1][-1:] if self._line else ""
        if before.strip() if tag.name == "sup" else before.isdigit():
            self.write(RAISED[tag.name] if POWER.search(tag.get_text()) else "")

    def _open_block(self, tag: Tag) -> None:
        self._break_line()
        if self._is_row(tag):
            if self._rows:  # whose end is left out
                self._end_cells()
            self._end_line()
            self._rows.append([])
        elif tag.name in PARAGRAPHS and not self._mark and not self._rows:
            self._lines.append("")
        if tag.name in LISTS:
            self._lists.open(tag)
        elif tag.name == "li":
            self._mark = self._lists.next(tag)
        elif tag.name in HEADINGS:
            self._mark = HEADINGS[tag.name]
        self._pre += tag.name == "pre"

    def _open_cell(self, tag: Tag) -> None:
        self._break_line()
        if self._rows:
            if self._rows[-1]:
                self._line.append(CELL)
            self._rows[-1].append(self._tables.labels.get(id(tag), ""))

    def _end_cells(self, *, is_header: bool = False) -> None:
        """End the line of a row, each cell with its header; a row of headers is left out."""
        headers, self._rows[-1] = self._rows[-1], []
        cells = [" ".join(cell.split()) for cell in "".join(self._line).split(CELL)]
        if any(headers):
            cells = [label(name, cell) for name, cell in zip(headers, cells, strict=False) if cell]
        self._line = [] if is_header else [" | ".join(cells)]
        self._end_line()

    def _close_link(self) -> None:
        """Write where the open link leads, unless its text says so."""
        if not self._link:
            return
        (target, line, part), self._link = self._link, None
        text = "".join(self._line[part if line == len(self._lines) else 0 :])
        if target and not text.strip():
            self.write(f" {target} ")
        else:
            self.write(add_address(text, target)[len(text) :])

    def _break_line(self) -> None:
        if self._rows:
            self.write(" ")
        else:
            self._end_line()

    def _end_line(self) -> None:
        text = "".join(self._line)
        self._line.clear()
        text = text.strip("\n") if self._pre else " ".join(text.split())
        if text.strip(" |\n"):
            self._lines.append(self._mark + text)
            self._mark = ""
