"""The folder in which the owner's documents are, read again where one has changed."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from stat import S_ISREG
from threading import Lock

from ..invisible import strip_invisible
from . import faq
from .faq import Faq
from .library import Document, Library, Skipped
from .readers import MAX_BYTES, Unreadable, read_plain, read_text

TICK_NS = 50_000_000  # a file that changed so short a time before it was read may change again without a trace
FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
PRIVATE = re.compile(r"^private[ \t]*:[ \t]*['\"]?(?:yes|true|on)['\"]?[ \t]*(?:#.*)?$", re.IGNORECASE | re.MULTILINE)

logger = logging.getLogger(__name__)

Signature = tuple[int, int, int, int, int]
NEVER: Signature = (0, 0, 0, 0, 0)  # that of no file


@dataclass(frozen=True)
class _Reading:
    """What a file held when it was read last."""

    signature: Signature
    digest: bytes
    read_at: int  # nanoseconds since the epoch
    document: Document | None
    skipped: Skipped | None
    entries: tuple[faq.Entry, ...] = ()

    def is_certain(self, signature: Signature) -> bool:
        """Whether the file is the same for sure, by what the file system says of it."""
        past = [time for time in signature[:2] if time <= self.read_at]  # some archives set one in the future
        return self.signature == signature and max(past, default=0) < self.read_at - TICK_NS


class Folder:
    """Reads the documents in a folder and those below it; hidden files are none."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._lock = Lock()
        self._readings: dict[str, _Reading] = {}
        self._library: Library | None = None

    @property
    def is_read(self) -> bool:
        """Whether it was read once, so that only what has changed is to be read again."""
        return self._library is not None

    def read(self) -> Library:
        """Return what is in it now; only files that have changed are read, and what cannot be is logged once."""
        with self._lock:
            readings = {name: self._read_file(name, path) for name, path in sorted(_walk(self._path))}
            if readings != self._readings or self._library is None:
                self._library = _gather(readings)
                self._log(readings)
                self._readings = readings
            return self._library

    def _read_file(self, name: str, path: str) -> _Reading:
        known = self._readings.get(name)
        read_at = time.time_ns()
        try:
            stat = os.stat(path)  # noqa: PTH116 - a Path for each file of each chat takes longer than the rest
            signature = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino, stat.st_mode)
            if known and known.is_certain(signature):
                return known
            digest = _digest(path, stat)
        except OSError as error:
            return _Reading(NEVER, b"", read_at, None, Skipped(name, f"it cannot be read ({error.strerror})"))
        if known and known.digest == digest and (digest or known.signature == signature):
            return replace(known, signature=signature, read_at=read_at)
        return _read(name, Path(path), _Reading(signature, digest, read_at, None, None))

    def _log(self, readings: dict[str, _Reading]) -> None:
        before = {reading.skipped for reading in self._readings.values()}
        for reading in readings.values():
            if reading.skipped and reading.skipped not in before:
                logger.warning("%s/%s: %s.", self.name, reading.skipped.name, reading.skipped.reason)


def _walk(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the path of each file below `folder`, and its whole path; a folder that cannot be listed counts as one."""
    seen: set[tuple[int, int]] = set()  # links may lead round in a circle

    def walk(path: str, name: str) -> Iterator[tuple[str, str]]:
        try:
            stat = os.stat(path)  # noqa: PTH116
            if (stat.st_dev, stat.st_ino) in seen:
                return
            seen.add((stat.st_dev, stat.st_ino))
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.name.startswith((".", "~$")):  # also what Word keeps beside a file that is open
                        continue
                    below = f"{name}/{entry.name}" if name else entry.name
                    if entry.is_dir():
                        yield from walk(entry.path, below)
                    else:
                        yield below, entry.path
        except FileNotFoundError:
            return
        except OSError:
            yield name or folder.name, path

    return walk(str(folder), "")


def _digest(path: str, stat: os.stat_result) -> bytes:
    if not S_ISREG(stat.st_mode) or stat.st_size > MAX_BYTES:
        return b""  # which is not opened
    with open(path, "rb") as file:  # noqa: PTH123
        return file_digest(file, "sha256").digest()


def _read(name: str, path: Path, reading: _Reading) -> _Reading:
    """Return `reading` with what is in the file."""
    try:
        if path.is_dir():
            raise Unreadable("it cannot be listed")
        if name != faq.FILE:
            text = strip_invisible(read_text(path))
            return replace(reading, document=Document(name, text, is_private=_is_private(path, text)))
        entries, broken = faq.read_entries(strip_invisible(read_plain(path)))
    except Unreadable as error:
        if isinstance(error.__cause__, OSError):  # no memory, no permission: it is tried again
            reading = replace(reading, signature=NEVER, digest=b"")
        return replace(reading, skipped=Skipped(name, str(error)))
    skipped = None
    if broken:
        lines = ", ".join(map(str, broken[:10])) + (" …" if len(broken) > 10 else "")
        skipped = Skipped(name, f"it has no question and answer in line {lines}; the others are used")
    document = Document(name, faq.write_entries(entries)) if entries else None
    return replace(reading, document=document, skipped=skipped, entries=tuple(entries))


def _is_private(path: Path, text: str) -> bool:
    front_matter = FRONT_MATTER.match(text) if path.suffix.lower() in (".md", ".txt") else None
    return front_matter is not None and PRIVATE.search(front_matter[1]) is not None


def _gather(readings: dict[str, _Reading]) -> Library:
    found = readings.values()
    return Library(
        tuple(reading.document for reading in found if reading.document),
        tuple(reading.skipped for reading in found if reading.skipped),
        Faq.of(entry for reading in found for entry in reading.entries),
    )
