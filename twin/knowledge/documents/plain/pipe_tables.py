"""Tables in Markdown (GFM 4.10), of which each row gets its header."""

from __future__ import annotations

import re

from ..tables import label, squeeze

DELIMITER = re.compile(r"[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
FENCE = re.compile(r"[ \t>]*(?:`{3}[^`\n]*$|~{3})")
SEPARATOR = re.compile(r"(?<!\\)\|")


def label_rows(text: str) -> str:
    """Return a text in which each cell below a table's header begins with its column's name."""
    if "|" not in text:
        return text
    lines, written = text.split("\n"), []
    header: list[str] = []
    is_code, place = False, 0
    while place < len(lines):
        line = lines[place]
        is_code ^= FENCE.match(line) is not None
        if header and "|" in line:
            line = _label(header, _split(line))
        elif not is_code and "|" in line and place + 1 < len(lines) and _is_header(line, lines[place + 1]):
            header, place = _split(line), place + 1
            line = "" if place + 1 < len(lines) and "|" in lines[place + 1] else " | ".join(header)
        else:
            header = []
        if line or not header:
            written.append(line)
        place += 1
    return "\n".join(written)


def _is_header(line: str, below: str) -> bool:
    return "-" in below and DELIMITER.fullmatch(below) is not None and len(_split(line)) == len(_split(below))


def _split(line: str) -> list[str]:
    line = line.strip(" \t>")
    cells = SEPARATOR.split(
        line.removeprefix("|").removesuffix("|") if not line.endswith("\\|") else line.removeprefix("|")
    )
    return [squeeze(cell.replace("\\|", "|")) for cell in cells]


def _label(header: list[str], cells: list[str]) -> str:
    names = [*header, *[""] * (len(cells) - len(header))]
    return " | ".join(label(name, cell) for name, cell in zip(names, cells, strict=False) if cell)
