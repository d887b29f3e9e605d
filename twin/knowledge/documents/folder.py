"""The folder in which the owner's documents are, read again where one has changed."""

from __future__ import annotations

import logging
import os
import re
import time
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from threading import Lock, Thread

from ...errors import Overloaded
from ...grounding import remove_private
from ...system.threads import start_thread
from ...text.invisible import strip_invisible
from .. import faq
from ..faq import Faq
from ..passages import name_heading
from .library import Document, Library, Skipped
from .listing import File, list_files
from .readers import MAX_BYTES, READ_APART, Unreadable, read_plain, read_text

TICK_NS = 50_000_000  # a file that changed so short a time before it was read may change again without a trace
SAVING_NS = 2_000_000_000  # so long a file that is being saved may be empty or half there
WAIT_SECONDS = 10.0  # for documents that have changed; then those of before are used until the new ones are read
OPENING = re.compile(r"-{3,}[ \t]*\n(.*?)(?:\n(?:-{3,}|\.{3,})[ \t]*(?:\n|\Z)|\n\s*\n|\Z)", re.DOTALL)
FIELD = r"^\s*['\"]?{}['\"]?\s*:\s*['\"]?{}"
PRIVATE = re.compile(FIELD.format("private", r"(?:yes|true|on|y|1)\b"), re.IGNORECASE | re.MULTILINE)
NOT_CITED = re.compile(FIELD.format("cite", r"(?:no|false|off|n|0)\b"), re.IGNORECASE | re.MULTILINE)
TITLE = re.compile(FIELD.format("title", r"([^\n]*)"), re.IGNORECASE | re.MULTILINE)
HEADING = re.compile(r"^#[ \t]+(\S.*)", re.MULTILINE)
MOST_TITLE = 200  # characters

logger = logging.getLogger(__name__)

Signature = tuple[int, int, int, int, int]
NEVER: Signature = (0, 0, 0, 0, 0)  # that of no file


@dataclass(frozen=True)
class _Reading:
    """What a file held when it was read last."""

    signature: Signature = NEVER
    digest: bytes = b""
    read_at: int = 0  # nanoseconds since the epoch
    document: Document | None = None
    skipped: Skipped | None = None
    entries: tuple[faq.Entry, ...] = ()

    def is_of(self, signature: Signature) -> bool:
        """Whether the file is the same for sure, by what the file system says of it."""
        return self.signature == signature and self.read_at - _changed_at(signature, self.read_at) > TICK_NS


class Folder:
    """Reads the documents in a folder and those below it."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._lock = Lock()
        self._readings: dict[str, _Reading] = {}
        self._library: Library | None = None
        self._refresh: Thread | None = None
        self._began = 0.0  # when it did

    @property
    def library(self) -> Library | None:
        """What was read last."""
        return self._library

    def is_empty(self) -> bool:
        """Whether there is no file in it."""
        return next(list_files(self._path), None) is None

    def read(self) -> Library:
        """Return what is in it now; only files that have changed are read, and what cannot be is logged once.

        Where that takes longer than WAIT_SECONDS, of what is still being read is returned what was there before, and
        the reading goes on; who comes later does not wait for it again.
        """
        arrived = time.monotonic()
        for _ in range(2):  # one that had begun already may have missed the last change
            if not (refresh := self._begin_refresh()):
                break
            give_up = min(arrived, self._began) + WAIT_SECONDS
            refresh.join(None if self._library is None else max(0, give_up - time.monotonic()))
        return Library() if self._library is None else self._library

    def _begin_refresh(self) -> Thread | None:
        """Return the thread that reads what has changed, if anything has; of many chats one begins it."""
        with self._lock:
            if self._refresh is None and self._has_changed():
                self._began = time.monotonic()
                try:
                    self._refresh = start_thread(self._read_changed)
                except Overloaded:
                    if self._library is None:  # else what was known is still good
                        raise
            return self._refresh

    def _has_changed(self) -> bool:
        files = list(list_files(self._path))
        return (
            self._library is None
            or {file.name for file in files} != self._readings.keys()
            or not all(self._readings[file.name].is_of(_sign(file)) for file in files)
        )

    def _read_changed(self) -> None:
        try:
            files = sorted(list_files(self._path), key=lambda file: file.name)
            readings = {file.name: self._readings.get(file.name, _Reading()) for file in files}
            for file in sorted(files, key=_is_read_apart):
                if self._library is not None and _is_read_apart(file):  # which may hold the others up
                    self._publish(readings)
                readings[file.name] = _read_again(file, readings[file.name])
            self._publish(readings)
        finally:
            with self._lock:  # not before it is known that it began
                self._refresh = None

    def _publish(self, readings: dict[str, _Reading]) -> None:
        library, before = _gather(readings), self._library or Library()
        for skipped in library.skipped:
            if skipped not in before.skipped:
                logger.warning("%s/%s: %s.", self.name, skipped.name, skipped.reason)
        self._readings = dict(readings)
        if library != self._library:  # else the same is kept, for whoever has worked something out from it
            self._library = library


def _is_read_apart(file: File) -> bool:
    return file.name.lower().endswith(READ_APART)


def _sign(file: File) -> Signature:
    try:
        stat = os.stat(file.path)  # noqa: PTH116 - as in listing.py
    except OSError:
        return NEVER
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino, stat.st_mode


def _changed_at(signature: Signature, now: int) -> int:
    """Return when a file changed last, in nanoseconds since the epoch; some archives set a time that lies ahead."""
    return max((time for time in signature[:2] if time <= now), default=0)


def _read_again(file: File, known: _Reading) -> _Reading:
    """Return what is in a file, which is read only if it is not what is known of it."""
    signature = _sign(file)
    read_at = time.time_ns()  # after it, or a change in between would seem to lie ahead
    if known.is_of(signature):
        return known
    try:
        digest = _digest(file.path, signature)
    except OSError as error:
        return _Reading(read_at=read_at, skipped=Skipped(file.name, f"it cannot be read ({error.strerror})"))
    if known.signature != NEVER and known.digest == digest and (digest or known.signature == signature):
        return replace(known, signature=signature, read_at=read_at)
    reading = _read(file, _Reading(signature, digest, read_at))
    is_being_saved = read_at - _changed_at(signature, read_at) < SAVING_NS
    if reading.skipped and not reading.document and known.document and is_being_saved:
        return replace(known, signature=NEVER)  # so that it is looked at again
    if _sign(file) != signature:  # what was read is not what the digest is of
        return replace(reading, signature=NEVER)
    return reading


def _digest(path: str, signature: Signature) -> bytes:
    _, _, size, _, mode = signature
    if not S_ISREG(mode) or size > MAX_BYTES:
        return b""  # which is not opened
    with open(path, "rb") as opened:  # noqa: PTH123
        return file_digest(opened, "sha256").digest()


def _read(file: File, reading: _Reading) -> _Reading:
    """Return `reading` with what is in the file."""
    path = Path(file.path)
    try:
        if file.is_folder:
            raise Unreadable("it cannot be looked into")
        if file.name.lower() != faq.FILE:
            text = strip_invisible(read_text(path))
            found = _describe(file.name, text)
            found.look_through()
            return replace(reading, document=found)
        entries, broken = faq.read_entries(read_plain(path))
    except Unreadable as error:
        if isinstance(error.__cause__, OSError):  # no memory, no permission: it is tried again
            reading = replace(reading, signature=NEVER)
        return replace(reading, skipped=Skipped(file.name, str(error)))
    skipped = None
    if broken:
        lines = ", ".join(map(str, broken[:10])) + (" …" if len(broken) > 10 else "")
        skipped = Skipped(file.name, f"no object with question and answer is in line {lines}; the others are used")
    document = Document(file.name, faq.write_entries(entries), title="FAQ") if entries else None
    return replace(reading, document=document, skipped=skipped, entries=tuple(entries))


def _describe(name: str, text: str) -> Document:
    """Return a document with what its front matter says of it; its title is there, in a heading, or the file's name."""
    opening = OPENING.match(text) if name.lower().endswith((".md", ".txt")) else None
    front_matter = opening[1] if opening else ""
    if title := TITLE.search(front_matter):
        named = re.sub(r"['\"]$", "", title[1].strip())
    else:
        heading = HEADING.search(remove_private(text))
        named = name_heading(heading[1]) if heading else ""
    return Document(
        name,
        text,
        is_private=PRIVATE.search(front_matter) is not None,
        title=named.strip()[:MOST_TITLE] or PurePosixPath(name).stem,
        is_citable=NOT_CITED.search(front_matter) is None,
    )


def _gather(readings: dict[str, _Reading]) -> Library:
    found = readings.values()
    return Library(
        tuple(reading.document for reading in found if reading.document),
        tuple(reading.skipped for reading in found if reading.skipped),
        Faq.of(entry for reading in found for entry in reading.entries),
    )
