"""The text of an Excel workbook: its visible sheets, each as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from ..extraction import Extraction, Unreadable, name_unread
from ..links import add_address, resolve_link
from ..office_package import open_package, read_relations
from ..tables import write_rows
from .date_format import format_date
from .number_format import format_number, hides_text
from .sheet_marks import SheetMarks, read_marks

UNCOMPUTED = "uncomputed formula"


def spreadsheet_to_text(data: bytes) -> Extraction:
    """Return the values of a workbook, each with its column's header. Raises Unreadable, and nearly anything."""
    archive = open_package(data, ".xlsx")
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    except (BadZipFile, KeyError) as error:
        raise Unreadable("it is no .xlsx") from error
    texts = []
    unread: Counter[str] = Counter()
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            unread["hidden sheet"] += 1
        elif rows := "\n".join(write_rows(_SheetReader(archive, sheet, unread).read())):
            texts.append(f"# {sheet.title}\n\n{rows}")
    unread["chart"] = sum(name.startswith("xl/charts/chart") for name in archive.namelist())
    lost = name_unread(unread)
    advice = ("open it in Excel or LibreOffice and save it: its formulas have no values",) if unread[UNCOMPUTED] else ()
    return Extraction("\n\n".join(texts), lost + advice)


class _SheetReader:
    """Reads the cells of one sheet that are shown, and counts others in `unread`."""

    def __init__(self, archive: ZipFile, sheet: ReadOnlyWorksheet, unread: Counter[str]) -> None:
        part = sheet._worksheet_path.lstrip("/")
        self._sheet = sheet
        self._marks: SheetMarks = read_marks(archive.read(part), read_relations(archive, part))
        self._unread = unread
        self._unread[UNCOMPUTED] += self._marks.uncomputed

    def read(self) -> Iterator[list[str]]:
        """Yield each row that is shown; an empty one where a row is empty."""
        self._sheet.reset_dimensions()  # some programs write wrong ones
        hidden_columns: set[int] = set()
        for number, row in enumerate(self._sheet.iter_rows(), 1):
            cells = {column: self._show(cell, number, column) for column, cell in enumerate(row, 1)}
            if number in self._marks.hidden_rows:
                self._unread["hidden row"] += any(cells.values())
                continue
            hidden = {column for column in cells if self._marks.hides_column(column)}
            hidden_columns |= {column for column in hidden if cells[column]}
            yield [text for column, text in cells.items() if column not in hidden]
        self._unread["hidden column"] += len(hidden_columns)

    def _show(self, cell: Any, row: int, column: int) -> str:
        text = _show_value(cell.value, cell)
        self._unread["hidden cell"] += not text and bool(cell.value)
        text = text or self._marks.labels.get((row, column), "")
        if text and getattr(cell, "has_style", False) and cell.font.strike:
            self._unread["struck-through cell"] += 1
            return ""
        link = self._marks.links.get((row, column))
        return add_address(text, resolve_link(link)) if link else text


def _show_value(value: Any, cell: Any) -> str:
    """Return a cell's value as it is shown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date | time | timedelta):
        return format_date(value, str(cell.number_format))
    if isinstance(value, int | float):
        return format_number(value, str(cell.number_format))
    return "" if hides_text(str(cell.number_format)) else str(value)
