"""Read the text of a document: plain text here, and other formats in a process of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from stat import S_ISREG

from ...system import paths
from ...system.environment import select_running

PLAIN = (".md", ".markdown", ".mdx", ".txt", ".json", ".jsonl")
WRITTEN = (".pdf", ".docx", ".odt", ".rtf", ".epub", ".pptx", ".xlsx", ".csv", ".html", ".htm", ".xhtml")
OTHER = (".rst", ".org", ".yaml", ".yml", ".ipynb", ".eml", ".mhtml", ".mht", ".zip")
READ_APART = (*WRITTEN, *OTHER)
KINDS = (*PLAIN, *READ_APART)
ADVICE = {
    ".pages": ": export it as PDF or Word",
    ".key": ": export it as PDF or PowerPoint",
    ".numbers": ": export it as CSV or Excel",
    ".doc": ": save it as .docx",
    ".ppt": ": save it as .pptx",
    ".xls": ": save it as .xlsx",
    ".odp": ": save it as .pptx",
    ".ods": ": save it as .xlsx",
}
QUICK_BYTES = 1_000_000  # of plain text, too few to be worth another process
MAX_BYTES = 20_000_000  # of a file, and characters of a text
READ_SECONDS = 60.0
READ_MEMORY = 2_000_000_000  # bytes of address space
TIME_SIGNALS = ("SIGXCPU", "SIGALRM", "SIGKILL")  # of the limits of extraction_process.py
UNREADABLE = 3  # exit code of extraction_process.py that comes with a reason; Python's own are 1 and 2


class Unreadable(Exception):
    """A document has no text that could be read; the argument completes “cv.pdf: …”."""


@dataclass(frozen=True)
class Fields:
    """The fields that the twin knows of a document's front matter."""

    title: str | None = None  # None where there is no such field
    is_private: bool = False
    is_citable: bool = True
    is_pinned: bool = False  # always sent
    is_draft: bool = False  # left out
    fault: str = ""  # completes “about.md: …”


@dataclass(frozen=True)
class Extraction:
    """The text of a document, never empty, and sentences about its parts that were not read."""

    text: str
    lost: tuple[str, ...] = ()  # each completes “cv.pdf: …”
    fields: Fields = Fields()
    parts: tuple[str, ...] = ()  # the names of an archive's files that were read


def extract_text(path: Path, seconds: float = READ_SECONDS) -> Extraction:
    """Return the text of a document, within `seconds`. Raises Unreadable."""
    from .plain.text import parse_plain  # needs this module

    kind = path.suffix.lower()
    if kind not in KINDS:
        raise Unreadable(f"it is of a kind that is not read{ADVICE.get(kind, '')}")
    try:
        size = check_file(path)
        if kind in PLAIN and size <= QUICK_BYTES and (read := parse_plain(path.read_bytes(), kind)):
            return read
        return _read_apart(path, kind, seconds)
    except OSError as error:
        raise Unreadable(error.strerror or type(error).__name__) from error


def tidy(text: str) -> str:
    """Return a text that UTF-8 and any database can store, with at most one empty line in a row.

    Raises Unreadable where the text is empty or too long.
    """
    if len(text) > MAX_BYTES:
        raise Unreadable(f"its text is larger than {MAX_BYTES // 10**6} MB")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins surrogates, or writes U+FFFD
    text = re.sub(r"\r\n|[\r\f\v]", "\n", text)
    text = re.sub("[\0-\x08\x0e-\x1f\x7f\xad\u200b\ufeff]", "", text)  # the last: soft hyphen, zero-width space, BOM
    if not (text := re.sub(r"\n\s*\n", "\n\n", text).strip()):
        raise Unreadable("it holds no text")
    return text


def check_file(path: Path) -> int:
    """Return a file's size, before the file is opened: that may block for ever (a FIFO) or have an effect."""
    found = path.stat()
    if not S_ISREG(found.st_mode):
        raise Unreadable("it is no regular file")
    if found.st_size > MAX_BYTES:
        raise Unreadable(f"it is larger than {MAX_BYTES // 10**6} MB")
    return found.st_size


def name_unread(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return a sentence about parts that were not read, with their number by the kind; none where there are none."""
    named = [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items() if count]
    return (f"not read: {', '.join(named)}",) if named else ()


def _read_apart(path: Path, kind: str, seconds: float) -> Extraction:
    """Read a document in a process of its own, since such files can make a library loop, or take all memory."""
    # It is passed as an open file: the process needs neither its name nor our folder.
    command = [sys.executable, "-W", "ignore", "-m", "twin.knowledge.documents.extraction_process", kind]
    environment = select_running() | {"PYTHONSAFEPATH": ""}  # with it, Python would not look in that folder
    try:
        with path.open("rb") as document:
            done = subprocess.run(
                command,
                stdin=document,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=paths.ROOT,
                env=environment,
                timeout=seconds,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"reading it takes longer than {seconds:g} seconds") from error
    if done.returncode not in (0, UNREADABLE):
        raise Unreadable(_explain_end(done.returncode))
    said = done.stdout.decode()
    if done.returncode == UNREADABLE:
        raise Unreadable(said)
    reply = json.loads(said)
    return Extraction(reply["text"], tuple(reply["lost"]), Fields(**reply["fields"]), tuple(reply["parts"]))


def _explain_end(returncode: int) -> str:
    """Return why a reader ended early; libraries in C or Rust abort, or touch what they did not get, without memory."""
    if returncode >= 0:
        return f"it is broken (its reader ended with {returncode})"
    name = Signals(-returncode).name if -returncode in set(Signals) else str(-returncode)
    if name in TIME_SIGNALS:
        return f"reading it takes longer than {READ_SECONDS:g} seconds"
    return f"reading it takes more than {READ_MEMORY // 10**9} GB of memory, or breaks its reader ({name})"
