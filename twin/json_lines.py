"""Files of JSON lines that the owner edits, and that we add to."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import StartError


def append_line(path: Path, entry: Mapping[str, Any]) -> None:
    """Add an object to a file, which is made where there is none; raises StartError, and then the file is as it was.

    Who reads it meanwhile sees it without the line or with it; who adds another line meanwhile waits. Links are
    followed; what stands there stays as it is, byte for byte.
    """
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.parent):
            if os.path.lexists(target) and not target.is_file():
                raise StartError(f"{path} is no regular file: make it one.")
            before = target.read_bytes() if target.exists() else b""
            _replace(target, before + _write_line(path, before, entry))
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


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep others from adding to what is in a folder; a lock on a file would end with the file."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _replace(target: Path, data: bytes) -> None:
    """Put a new file in the place of one, with its mode and, where we may, its owner: the service has to read it."""
    model = (target if target.exists() else target.parent).stat()
    # Hidden, since the service reads what is in its folder.
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), model.st_mode & 0o666)  # of a folder: without what lets one enter it
            with suppress(PermissionError):
                os.fchown(file.fileno(), model.st_uid, model.st_gid)
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
