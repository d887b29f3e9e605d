"""The content of one file in the folder, read again only where the file has changed."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from stat import S_ISREG

from ...grounding import remove_private
from ...text.invisible import strip_invisible
from .. import faq
from ..passages import name_heading
from .archives import linkedin
from .extraction import MAX_BYTES, Extraction, Unreadable, check_file, extract_text
from .library import Document, Skipped
from .listing import ListedFile
from .plain.front_matter import MAX_TITLE
from .plain.text import read_plain

TICK_NS = 50_000_000  # a file that changed so short a time before it was read may change again without a trace
SAVING_NS = 2_000_000_000  # for so long, a file that is being saved may be empty or incomplete
MAX_HEAD = 5000  # bytes of a table in which its columns are named
TITLE_HEADING = re.compile(r"^#[ \t]+(\S.*)", re.MULTILINE)

Signature = tuple[int, int, int, int, int]  # of a file: times of change, size, inode, mode
NEVER: Signature = (0, 0, 0, 0, 0)  # of no file


@dataclass(frozen=True)
class Reading:
    """The content of a file at its last reading."""

    signature: Signature = NEVER
    digest: bytes = b""
    read_at: int = 0  # nanoseconds since the epoch
    document: Document | None = None
    skipped: Skipped | None = None
    entries: tuple[faq.Entry, ...] = ()

    def is_current(self, file: ListedFile) -> bool:
        """Return whether the file is surely unchanged, by the metadata of the file system."""
        return self.has(_sign(file))

    def has(self, signature: Signature) -> bool:
        """Return whether a file with this signature surely has the same content."""
        return self.signature == signature and self.read_at - _changed_at(signature, self.read_at) > TICK_NS


def read_again(file: ListedFile, known: Reading) -> Reading:
    """Return the content of a file; an unchanged one is not read, but returned as `known`."""
    signature = _sign(file)
    read_at = time.time_ns()  # after it, or a change in between would seem to lie ahead
    if known.has(signature):
        return known
    try:
        digest = _digest_file(file.path, signature)
    except OSError as error:
        return Reading(read_at=read_at, skipped=Skipped(file.name, f"it cannot be read ({error.strerror})"))
    if known.signature != NEVER and known.digest == digest and (digest or known.signature == signature):
        return replace(known, signature=signature, read_at=read_at)
    reading = _read_file(file, Reading(signature, digest, read_at))
    is_being_saved = read_at - _changed_at(signature, read_at) < SAVING_NS
    if reading.skipped and not reading.document and known.document and is_being_saved:
        return replace(known, signature=NEVER)  # so that the next look reads it again
    if _sign(file) != signature:  # the text is not the one of the digest
        return replace(reading, signature=NEVER)
    return reading


def _sign(file: ListedFile) -> Signature:
    try:
        stat = os.stat(file.path)  # noqa: PTH116 - as in listing.py
    except OSError:
        return NEVER
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino, stat.st_mode


def _changed_at(signature: Signature, now: int) -> int:
    """Return when a file changed last, in nanoseconds since the epoch; some archives set a time that lies ahead."""
    return max((time for time in signature[:2] if time <= now), default=0)


def _digest_file(path: str, signature: Signature) -> bytes:
    """Return a file's SHA-256; nothing for a file that no reader would open."""
    _, _, size, _, mode = signature
    if not S_ISREG(mode) or size > MAX_BYTES:
        return b""
    with open(path, "rb") as opened:  # noqa: PTH123
        return file_digest(opened, "sha256").digest()


def _read_file(file: ListedFile, reading: Reading) -> Reading:
    """Return `reading` with the content of the file."""
    path = Path(file.path)
    try:
        if file.is_folder:
            raise Unreadable("it cannot be looked into")
        if file.name.lower() != faq.FAQ_FILE:
            return _read_document(file.name, path, reading)
        entries, broken = faq.read_entries(read_plain(path))
    except Unreadable as error:
        if isinstance(error.__cause__, OSError):  # no memory, no permission: a later look tries again
            reading = replace(reading, signature=NEVER)
        return replace(reading, skipped=Skipped(file.name, str(error)))
    skipped = None
    if broken:
        lines = ", ".join(map(str, broken[:10])) + (" …" if len(broken) > 10 else "")
        skipped = Skipped(file.name, f"no object with question and answer is in line {lines}; the others are used")
    faq_document = Document(file.name, faq.write_entries(entries), title=faq.FAQ_TITLE) if entries else None
    return replace(reading, document=faq_document, skipped=skipped, entries=tuple(entries))


def _read_document(name: str, path: Path, reading: Reading) -> Reading:
    """Return `reading` with a document, and what is wrong with it. Raises Unreadable."""
    if linkedin.has_left_out_name(name) and linkedin.is_left_out(name, _read_head(path)):
        reason = "it is a file of LinkedIn's export that is private, or about others, which is left out"
        return replace(reading, skipped=Skipped(name, reason, is_fault=False))
    found = extract_text(path)
    if found.fields.is_draft:
        return replace(reading, skipped=Skipped(name, "it is a draft, which is left out", is_fault=False))
    document = make_document(name, replace(found, text=strip_invisible(found.text)))
    document.look_through()
    skipped = Skipped(name, found.fields.fault) if found.fields.fault else None
    return replace(reading, document=document, skipped=skipped)


def _read_head(path: Path) -> str:
    """Return the start of a table. Raises Unreadable."""
    try:
        check_file(path)
        with path.open("rb") as opened:
            return opened.read(MAX_HEAD).decode("utf-8", "replace")
    except OSError as error:
        raise Unreadable(error.strerror or type(error).__name__) from error


def make_document(name: str, found: Extraction) -> Document:
    """Return a document with the fields of its front matter; its title is there, in a heading, or the file's name."""
    fields, title = found.fields, found.fields.title
    if title is not None:
        title = " ".join(remove_private(title).split())
    elif heading := TITLE_HEADING.search(remove_private(found.text)):
        title = name_heading(heading[1]).strip()[:MAX_TITLE]
    return Document(
        name,
        found.text,
        is_private=fields.is_private,
        title=title or PurePosixPath(name).stem,
        is_citable=fields.is_citable,
        is_pinned=fields.is_pinned,
        lost=found.lost,
        parts=found.parts,
    )
