"""The text of a table in a text file (RFC 4180), whatever separates its cells."""

from __future__ import annotations

import csv
import re
from io import StringIO

from ..archives import linkedin
from ..extraction import MAX_BYTES
from ..tables import write_rows

SEPARATORS = ",;\t|"
EXCEL_SEPARATOR = re.compile(r"sep=(.)\r?\n")  # Excel's own first line
SAMPLE = 20_000  # characters in which the separator is looked for


def csv_to_text(text: str) -> str:
    """Return the rows of a table, each cell with its header. Raises csv.Error, Unreadable."""
    text = linkedin.drop_hidden(text) if linkedin.is_table(text) else text
    named = EXCEL_SEPARATOR.match(text)
    body = text[named.end() :] if named else text
    csv.field_size_limit(MAX_BYTES)
    rows = csv.reader(StringIO(body, newline=""), delimiter=named[1] if named else _find_separator(body))
    return "\n".join(write_rows(rows))


def _find_separator(text: str) -> str:
    """Return the character that cuts the first rows into the most columns, and all into as many."""
    lines = text[:SAMPLE].split("\n")
    sample = lines[:-1] if len(text) > SAMPLE else lines

    def count_columns(separator: str) -> tuple[int, int]:
        rows = [row for row in csv.reader(sample, delimiter=separator) if len(row) > 1]
        widths = [len(row) for row in rows]
        common = max(set(widths), key=widths.count, default=0)
        return widths.count(common), common

    return max(SEPARATORS, key=count_columns)
