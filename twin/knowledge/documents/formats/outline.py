"""The text of YAML: names and values, each in a line, indented by what they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ..extraction import MAX_BYTES, Extraction, Fields, Unreadable
from ..plain.front_matter import join_fields, read_values

Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # makes strings, lists and dictionaries alone


def yaml_to_text(text: str) -> Extraction:
    """Return the data of all documents in a stream (YAML 1.2, 9.2), without comments. Raises Unreadable."""
    lines, characters, fields = [], 0, Fields()
    try:
        for document in yaml.load_all(text, Loader):
            if isinstance(document, dict):  # also in brackets
                fields = join_fields(fields, read_values({str(key): value for key, value in document.items()}))
            for line in _write(document, ""):
                lines.append(line)
                characters += len(line) + 1
                if characters > MAX_BYTES:  # names for the same data can make it a million times longer
                    raise Unreadable(f"its text is larger than {MAX_BYTES // 10**6} MB")
            lines.append("")
    except yaml.MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise Unreadable(f"it is not valid YAML{line}") from error
    except yaml.YAMLError as error:
        raise Unreadable("it is not valid YAML") from error
    return Extraction("\n".join(lines), fields=fields)


def _write(value: Any, indent: str) -> Iterator[str]:
    """Yield the lines of a value."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            if isinstance(inner, dict | list) and inner:
                yield f"{indent}{key}:"
                yield from _write(inner, indent + "  ")
            else:
                yield f"{indent}{key}: {_squeeze(inner)}".rstrip()
    elif isinstance(value, list) and value:
        for item in value:
            mark = "- "
            for line in _write(item, ""):
                yield f"{indent}{mark}{line}"
                mark = "  "
    else:
        yield indent + _squeeze(value)


def _squeeze(value: Any) -> str:
    return " ".join(str(value).split()) if value not in ([], {}, None) else ""
