"""The owner's eval file: cases that an answer adds, and that are taken out again with it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..errors import StartError
from ..system import paths
from ..system.files import append_json_line, lock_folder, replace_file
from .cases import OWN_CASES


def add_cases(lines: Sequence[str]) -> None:
    """Append cases, each a line of JSON, to the owner's file; raises StartError where it cannot be written."""
    for line in lines:
        append_json_line(paths.EVALS / OWN_CASES, json.loads(line))


def count_cases(line: str) -> int:
    """Return how often a case stands in the owner's file; raises StartError where that cannot be read."""
    path = paths.EVALS / OWN_CASES
    try:
        return sum(_is_case(kept, line) for kept in path.read_bytes().splitlines()) if path.exists() else 0
    except OSError as error:
        raise StartError(f"{path} cannot be read ({error.strerror}).") from error


def remove_cases(lines: Sequence[str]) -> None:
    """Remove the last line of each case from the owner's file, where it still is; raises StartError likewise."""
    path = paths.EVALS / OWN_CASES
    if not lines or not path.exists():
        return
    try:
        with lock_folder(path.parent):
            kept = path.read_bytes().splitlines(keepends=True)
            for line in lines:
                at = next((at for at in range(len(kept) - 1, -1, -1) if _is_case(kept[at], line)), None)
                if at is not None:
                    del kept[at]
            replace_file(path, b"".join(kept))
    except OSError as error:
        raise StartError(f"{path} cannot be written ({error.strerror}).") from error


def _is_case(kept: bytes, line: str) -> bool:
    try:
        return bool(json.loads(kept) == json.loads(line))
    except ValueError:  # a line of the owner's that is not JSON, or not UTF-8
        return False
