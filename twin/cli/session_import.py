"""Sessions to import: an export's lines, or the folder of an older service, each stored unless it is there already."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from ..errors import StartError
from ..memory import Export, Memory, parse_session_id
from .terminal import print_line

IMPORT_RESULTS = IMPORTED, KNOWN, SKIPPED, BROKEN = (
    "imported",
    "already there",
    "skipped (empty, or an id that is no UUID)",
    "broken",
)


def import_all(memory: Memory, path: Path) -> Counter[str]:
    """Store the sessions in a file or folder, and return how many had which of IMPORT_RESULTS.

    Broken sessions are reported on stderr, a line each, and do not stop the others.
    """
    counts = Counter[str]()
    for place, line in _read_older_sessions(path) if path.is_dir() else _read_export(path):
        try:
            counts[_store(memory, _parse_session(line, place))] += 1
        except StartError as error:
            print_line(error)
            counts[BROKEN] += 1
    return counts


def _store(memory: Memory, export: Export) -> str:
    session_id = parse_session_id(export.session_id)
    if session_id is None or not export.messages:
        return SKIPPED
    return IMPORTED if memory.insert(export.restore(session_id)) else KNOWN


def _read_export(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each line in an export."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield f"{path}, line {number}", line


def _read_older_sessions(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the place of each session in an older service's folder, and the session as an export's line."""
    for file in sorted(folder.glob("*.json")):
        yield str(file), _translate(file)


def _translate(file: Path) -> str:
    """Return an older service's session as an export's line, or a text that is no JSON where the file is none.

    Older services kept an array of `{"role", "content", "timestamp"}`.
    """
    try:
        messages = json.loads(file.read_text(encoding="utf-8", errors="replace"))
        messages = [{**message, "timestamp": _as_utc(message.get("timestamp"), file)} for message in messages]
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return "no conversation as older services kept it"
    began = messages[0]["timestamp"] if messages else _as_utc(None, file)
    return json.dumps({"session_id": file.stem, "created_at": began, "messages": messages})


def _as_utc(timestamp: str | None, file: Path) -> str:
    """Return a time with its zone: UTC where none is given, the file's own time where there is no timestamp."""
    if timestamp is None:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat()
    time = datetime.fromisoformat(timestamp)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()


def _parse_session(line: str, place: str) -> Export:
    try:
        return Export.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise StartError(f"{place}: {'.'.join(map(str, fault['loc'])) or 'text'}: {fault['msg']}") from None
