"""Files in instance/ that several processes change: each is replaced as a whole, under a lock."""

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

from ..errors import StartError


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold an exclusive lock on a folder; a lock on one of its files would be lost when the file is replaced."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def replace_file(target: Path, data: bytes, mode: int | None = None) -> None:
    """Replace a file atomically: a reader sees the old one or the new one, also after a kill.

    The new file gets `mode`, or else the mode of the old one or its folder, and their owner where this process may set
    it, since the service has to read the file.
    """
    model = (target if target.exists() else target.parent).stat()
    # Hidden, since the service reads the visible files of its folder.
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            # A folder's mode, without the right to enter it.
            os.fchmod(file.fileno(), model.st_mode & 0o666 if mode is None else mode)
            with suppress(PermissionError):
                os.fchown(file.fileno(), model.st_uid, model.st_gid)
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def append_json_line(path: Path, entry: Mapping[str, Any]) -> None:
    """Append an object to a file of JSON lines that the owner edits too; create the file where there is none.

    A reader sees the file without the line or with it, and the bytes before it stay as they are; another writer waits.
    Links are followed. Raises StartError, and leaves the file unchanged, where it cannot be written or is not text.
    """
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with lock_folder(target.parent):
            if os.path.lexists(target) and not target.is_file():
                raise StartError(f"{path} is no regular file: make it one.")
            before = target.read_bytes() if target.exists() else b""
            replace_file(target, before + _encode_line(path, before, entry))
    except OSError as error:
        raise StartError(f"{path} cannot be written ({error.strerror}).") from error


def _encode_line(path: Path, before: bytes, entry: Mapping[str, Any]) -> bytes:
    """Return the line that follows `before`, in the encoding of `before`."""
    encodings = {BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
    encoding = encodings.get(before[:2], "utf-8")
    try:
        text = before.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        raise StartError(f"{path} is not UTF-8: convert it.") from None
    opening = "\n" if text and not text.endswith(("\n", "\r")) else ""
    return f"{opening}{json.dumps(entry, ensure_ascii=False)}\n".encode(encoding)
