"""List the files in the folder of documents."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_LEVELS = 30  # of folders in folders
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # would break a line of the log, or a fence


@dataclass(frozen=True)
class ListedFile:
    """A file, or a folder that cannot be opened; `name` is its path below the folder of documents."""

    name: str
    path: str
    is_folder: bool = False


def walk_files(folder: Path) -> Iterator[ListedFile]:
    """Yield each file in `folder` and its subfolders.

    Skips hidden files, Word's lock files, and the folders that a browser saves beside a page. Follows links, but opens
    no folder twice.
    """
    seen: set[tuple[int, int]] = set()
    folders = [(str(folder), "", 0)]
    while folders:
        path, name, level = folders.pop()
        try:
            stat = os.stat(path)  # noqa: PTH116 - a Path for each file of each chat takes longer than the rest
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            if level > MAX_LEVELS:
                raise OSError
            seen.add((stat.st_dev, stat.st_ino))
            with os.scandir(path) as found:
                entries = [entry for entry in found if not entry.name.startswith((".", "~$"))]
        except FileNotFoundError:
            continue
        except OSError:
            yield ListedFile(name or folder.name, path, is_folder=True)
            continue
        names = {entry.name for entry in entries}
        for entry in entries:
            below = f"{name}/{_clean(entry.name)}".removeprefix("/")
            if not _is_folder(entry):
                yield ListedFile(below, entry.path)
            elif not {entry.name.removesuffix("_files") + end for end in (".html", ".htm")} & names:
                folders.append((entry.path, below, level + 1))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or into a folder that is closed to us
        return False


def _clean(name: str) -> str:
    """Return a file's name as one line of text: some names are no UTF-8, or have line breaks."""
    return UNPRINTABLE.sub(" ", os.fsencode(name).decode(errors="replace"))
