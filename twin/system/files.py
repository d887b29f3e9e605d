"""Files in instance/ that several processes change, each as a whole."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent  # the project's folder


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Keep others who do the same from changing what is in a folder; a lock on a file would end with the file."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def replace_file(target: Path, data: bytes, mode: int | None = None) -> None:
    """Put a new file in the place of one, so that who reads it sees the old or the new one, also after a kill.

    It gets the mode and, where we may, the owner of that file, else of its folder, since the service has to read it;
    `mode` is another mode.
    """
    model = (target if target.exists() else target.parent).stat()
    # Hidden, since the service reads what is in its folder.
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            # That of a folder without what lets one enter it.
            os.fchmod(file.fileno(), model.st_mode & 0o666 if mode is None else mode)
            with suppress(PermissionError):
                os.fchown(file.fileno(), model.st_uid, model.st_gid)
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
