"""The text of a Jupyter notebook (nbformat 4): its words, its code, and what that printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..extraction import Extraction, Fields, Unreadable
from ..plain.front_matter import join_fields, read_front_matter, read_values
from ..plain.markdown import clean_markdown

MAX_OUTPUT = 5000  # characters of what one cell printed


def notebook_to_text(text: str) -> Extraction:
    """Return the cells of a notebook as Markdown, and the fields in its metadata and first cell. Raises Unreadable."""
    try:
        notebook = json.loads(text)
    except ValueError as error:
        raise Unreadable("it is not valid JSON") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("it is no notebook of version 4")
    cells = [cell for cell in cells if isinstance(cell, dict)]
    fields = Fields()
    if cells and cells[0].get("cell_type") != "code":
        fields, cells[0]["source"] = read_front_matter(_join(cells[0].get("source")))
    if isinstance(metadata := notebook.get("metadata"), dict):
        fields = join_fields(fields, read_values(metadata))
    lost: list[str] = []
    parts = [part for cell in cells for part in _write_cell(cell, lost) if part.strip()]
    return Extraction("\n\n".join(parts), tuple(lost), fields)


def _write_cell(cell: dict[str, Any], lost: list[str]) -> Iterator[str]:
    source = _join(cell.get("source"))
    if cell.get("cell_type") != "code":
        text, faults = clean_markdown(source)
        lost += faults
        yield text
        return
    if source.strip():
        yield f"```\n{source}\n```"
    for output in cell.get("outputs") or []:
        if isinstance(output, dict) and output.get("output_type") in ("stream", "execute_result", "display_data"):
            given = output.get("data")
            data: dict[str, Any] = given if isinstance(given, dict) else {}
            plain = _join(data.get("text/markdown") or data.get("text/plain"))
            has_picture = any(str(kind).startswith("image/") for kind in data)
            yield _join(output.get("text"))[:MAX_OUTPUT] or ("" if has_picture else plain[:MAX_OUTPUT])


def _join(source: Any) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")
