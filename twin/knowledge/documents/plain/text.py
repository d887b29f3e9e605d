"""The text of plain files: Markdown, text and JSON."""

from __future__ import annotations

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Any

from ..extraction import MAX_BYTES, Extraction, Fields, Unreadable, check_file, tidy
from .front_matter import join_fields, read_front_matter, read_head, read_values
from .markdown import clean_markdown

MARKDOWN = (".md", ".markdown", ".mdx")

_encode_json = json.JSONEncoder(ensure_ascii=False).encode
_encode_json_lines = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode


def parse_plain(data: bytes, kind: str) -> Extraction | None:
    """Return the text of a plain file in UTF-8; None for one in another encoding. Raises Unreadable."""
    text = decode_marked(data)
    return None if text is None else parse_text(text, kind)


def parse_text(text: str, kind: str) -> Extraction:
    """Return the text of a plain file, JSON without its escapes, Markdown without its comments. Raises Unreadable."""
    if kind == ".json":
        return _read_json(text)
    if kind == ".jsonl":
        return _read_json_lines(text)
    fields, text = read_front_matter(tidy(text))
    lost: tuple[str, ...] = ()
    if kind in MARKDOWN:
        text, lost = clean_markdown(text, is_mdx=kind == ".mdx")
    if lost and not text.strip():
        raise Unreadable(lost[0])
    return Extraction("" if fields.is_draft else tidy(text), lost, fields)


def read_plain(path: Path) -> str:
    """Return the unchanged text of a text file in UTF-8. Raises Unreadable."""
    try:
        check_file(path)
        text = decode_marked(path.read_bytes())
    except OSError as error:
        raise Unreadable(error.strerror or type(error).__name__) from error
    if text is None:
        raise Unreadable("it is not UTF-8")
    return text


def decode_marked(data: bytes) -> str | None:
    """Decode UTF-8, or UTF-16 with a byte order mark; None for another encoding. Raises Unreadable."""
    is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        if is_utf16:
            raise Unreadable("it is not UTF-8") from error
        return None
    if "\0" in text:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_json(text: str) -> Extraction:
    try:
        values = _parse_json(text)
        written = _write_json(values)
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    return Extraction(tidy(written), fields=_read_json_fields(values, text))


def _write_json(values: Any) -> str:
    """Return indented JSON, cut off where `tidy` would refuse more: indents can make a text a thousand times longer."""
    parts, characters = [], 0
    for part in _encode_json_lines(values):
        parts.append(part)
        characters += len(part)
        if characters > MAX_BYTES:
            break
    return "".join(parts)


def _read_json_lines(text: str) -> Extraction:
    """Return the records of a text, which is private as a whole where one of them is."""
    fields, written = Fields(), []
    try:
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                values = _parse_json(line, number)
                written.append(_encode_json(values))
                if isinstance(values, dict) and read_values(values).is_private:
                    fields = Fields(is_private=True)
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    return Extraction(tidy("\n".join(written)), fields=fields)


def _read_json_fields(values: Any, text: str) -> Fields:
    """Return whether an object says that it is private or a draft; its title is one of something else."""
    return join_fields(read_head(text), read_values(values) if isinstance(values, dict) else Fields())


def _parse_json(text: str, line: int = 1) -> Any:
    """Return the value of a JSON text that starts at `line` of its file. Raises Unreadable."""
    try:
        return json.loads(text, parse_float=_keep_digits)
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not valid JSON (line {line + error.lineno - 1})") from error
    except ValueError as error:  # of int(), past 4,300 digits
        raise Unreadable("it holds a number that is too long") from error


def _keep_digits(text: str) -> float | str:
    """Return a number, as text where a float would be written in another way, such as 1.10."""
    number = float(text)
    return number if repr(number) == text else text
