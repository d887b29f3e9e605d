"""The paragraphs and tables of an RTF file, written as HTML."""

from __future__ import annotations

import re
from html import escape
from itertools import groupby

HYPERLINK = re.compile(r"\s*HYPERLINK\s+(?:\\\w+\s+)*\"?([^\"\s]+)")
PARAGRAPH_ENDS = {"par", "page", "sect", "column"}


class RichTextPage:
    """Writes the text of paragraphs, cell by cell in tables."""

    def __init__(self, heading_styles: dict[int, int] | None = None) -> None:
        self.heading_styles = heading_styles or {}  # by the style's number, the heading's level
        self._parts: list[str] = []
        self._line: list[tuple[str, str]] = []  # the paragraph that is being written: text, and where it leads
        self._bold: list[bool] = []  # for each part of text, in the same paragraph
        self._cells: list[str] = []
        self._rows: list[str] = []
        self._cell: list[str] = []  # the paragraphs of the cell that is being written
        self._instruction = ""
        self.link = ""  # of the field whose result comes next
        self._is_in_table = False
        self._level = 0
        self._is_item = False
        self._number = ""  # of the item

    def write(self, text: str, link: str, *, is_bold: bool, tag: str = "") -> None:
        """Write a part of a paragraph, raised or lowered by a tag."""
        self._line.append((f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text), link))
        if text.strip():
            self._bold.append(is_bold)

    def add_number(self, text: str) -> None:
        """Add to the number of the item, as the program that wrote the file shows it; bullets are left out."""
        self._number += text if any(map(str.isalnum, text)) else ""

    def add_instruction(self, text: str) -> None:
        """Add to the instruction of the field that is open."""
        self._instruction += text

    def close(self, destination: str) -> None:
        """End a destination; after a field's instruction comes its result."""
        if destination == "fldinst":
            found = HYPERLINK.match(self._instruction)
            self.link, self._instruction = (found[1] if found else ""), ""

    def obey(self, word: str, number: int | None) -> None:
        """Do what a control word of paragraphs or tables says."""
        if word in PARAGRAPH_ENDS:
            self._end_paragraph()
        elif word == "line":
            self._line.append(("<br>", ""))
        elif word == "pard":
            self._is_in_table, self._level, self._is_item = False, 0, False
        elif word == "intbl":
            self._is_in_table = True
        elif word in ("cell", "nestcell"):
            self._end_cell(is_nested=word == "nestcell")
        elif word in ("row", "nestrow"):
            self._end_row(is_nested=word == "nestrow")
        elif word == "outlinelevel" and number is not None and number < 6:
            self._level = number + 1
        elif word == "s":
            self._level = self.heading_styles.get(number or 0, self._level)
        elif word in ("ls", "pnlvlblt", "pnlvlbody"):
            self._is_item = True

    def finish(self) -> str:
        """Return the page."""
        self._end_paragraph()
        self._end_table()
        return "".join(self._parts)

    def _take_line(self) -> str:
        line = ""
        for link, parts in groupby(self._line, key=lambda part: part[1]):
            text = "".join(text for text, _ in parts)
            line += f'<a href="{escape(link)}">{text}</a>' if link else text
        if self._bold and all(self._bold):
            line = f"<b>{line}</b>"
        self._line, self._bold = [], []
        return line

    def _end_paragraph(self) -> None:
        line, number = self._take_line(), self._number.strip()
        self._number = ""
        if number and line:
            line = f"{escape(number)} {line}"
        if self._is_in_table:
            self._cell.append(line)
            return
        self._end_table()
        tag = f"h{self._level}" if self._level else "dd" if number else "li" if self._is_item else "p"
        if line:
            self._parts.append(f"<{tag}>{line}</{tag}>")

    def _end_cell(self, *, is_nested: bool) -> None:
        self._cell.append(self._take_line())
        if not is_nested:
            self._cells.append("<br>".join(filter(None, self._cell)))
            self._cell = []

    def _end_row(self, *, is_nested: bool) -> None:
        if not is_nested and self._cells:
            self._rows.append("".join(f"<td>{cell}</td>" for cell in self._cells))
            self._cells = []

    def _end_table(self) -> None:
        if self._cells:
            self._end_row(is_nested=False)
        if self._rows:
            self._parts.append("<table>" + "".join(f"<tr>{row}</tr>" for row in self._rows) + "</table>")
            self._rows = []
