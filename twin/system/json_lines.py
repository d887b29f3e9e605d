"""Files of JSON lines that the owner edits, and that we add to."""

from __future__ import annotations

import json
import os
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import StartError
from .files import lock_folder, replace_file


def append_line(path: Path, entry: Mapping[str, Any]) -> None:
    """Add an object to a file, which is made where there is none; raises StartError, and then the file is as it was.

    Who reads it meanwhile sees it without the line or with it; who adds another line meanwhile waits. Links are
    followed; what stands there stays as it is, byte for byte.
    """
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with lock_folder(target.parent):
            if os.path.lexists(target) and not target.is_file():
                raise StartError(f"{path} is no regular file: make it one.")
            before = target.read_bytes() if target.exists() else b""
            replace_file(target, before + _write_line(path, before, entry))
    except OSError as error:
        raise StartError(f"{path} cannot be written ({error.strerror}).") from error


def _write_line(path: Path, before: bytes, entry: Mapping[str, Any]) -> bytes:
    """Return what is to follow `before`, in its encoding."""
    encodings = {BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
    encoding = encodings.get(before[:2], "utf-8")
    try:
        text = before.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        raise StartError(f"{path} is not UTF-8: convert it.") from None
    opening = "\n" if text and not text.endswith(("\n", "\r")) else ""
    return f"{opening}{json.dumps(entry, ensure_ascii=False)}\n".encode(encoding)
