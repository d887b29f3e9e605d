"""The text of an Excel workbook: its visible sheets, each as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from ..extraction import Extraction, Unreadable, name_unread
from ..office_package import open_package
from ..tables import write_rows

MIDNIGHT = time()


def spreadsheet_to_text(data: bytes) -> Extraction:
    """Return the values of a workbook, each with its column's header. Raises Unreadable, and nearly anything."""
    names = open_package(data, ".xlsx").namelist()
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    except (BadZipFile, KeyError) as error:
        raise Unreadable("it is no .xlsx") from error
    texts, hidden = [], 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden += 1
        elif rows := "\n".join(write_rows(_read_rows(sheet))):
            texts.append(f"# {sheet.title}\n\n{rows}")
    charts = sum(name.startswith("xl/charts/chart") for name in names)
    return Extraction("\n\n".join(texts), name_unread({"hidden sheet": hidden, "chart": charts}))


def _read_rows(sheet: ReadOnlyWorksheet) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # some programs write wrong ones
    for row in sheet.iter_rows():
        cells = [_show(cell.value, str(getattr(cell, "number_format", ""))) for cell in row]
        if any(cells):
            yield cells


def _show(value: Any, number_format: str) -> str:
    """Return a cell's value as it is shown, more or less."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == MIDNIGHT else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, int | float) and number_format.endswith("%"):
        return f"{round(value * 100, 2):g}%"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
