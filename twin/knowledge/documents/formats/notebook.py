"""The text of a Jupyter notebook (nbformat 4): its words, its code, and what that printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..extraction import Unreadable
from ..plain.markdown import clean_markdown

MAX_OUTPUT = 5000  # characters of what one cell printed


def notebook_to_text(text: str) -> str:
    """Return the cells of a notebook as Markdown. Raises Unreadable."""
    try:
        notebook = json.loads(text)
    except ValueError as error:
        raise Unreadable("it is not valid JSON") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("it is no notebook of version 4")
    return "\n\n".join(part for cell in cells if isinstance(cell, dict) for part in _write_cell(cell) if part.strip())


def _write_cell(cell: dict[str, Any]) -> Iterator[str]:
    source = _join(cell.get("source"))
    if cell.get("cell_type") != "code":
        yield clean_markdown(source)
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
