"""Read the text of a document: plain text here, and formats that need a large library in a process of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from stat import S_ISREG
from typing import Any

from ...system import paths
from ...system.environment import select_running

KINDS = (".md", ".txt", ".pdf", ".docx", ".html", ".htm", ".json", ".jsonl")
READ_APART = (".pdf", ".docx", ".html", ".htm")
QUICK_BYTES = 1_000_000  # of plain text, too few to be worth another process
MAX_BYTES = 20_000_000  # of a file, and characters of a text
READ_SECONDS = 60.0
READ_MEMORY = 2_000_000_000  # bytes of address space
TIME_SIGNALS = ("SIGXCPU", "SIGALRM", "SIGKILL")  # of the limits of extraction_process.py
UNREADABLE = 3  # exit code of extraction_process.py that comes with a reason; Python's own are 1 and 2

_encode_json = json.JSONEncoder(ensure_ascii=False).encode
_encode_json_lines = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode


class Unreadable(Exception):
    """A document has no text that could be read; the argument completes “cv.pdf: …”."""


@dataclass(frozen=True)
class Extraction:
    """The text of a document, never empty, and sentences about its parts that were not read."""

    text: str
    lost: tuple[str, ...] = ()  # each completes “cv.pdf: …”


def extract_text(path: Path, seconds: float = READ_SECONDS) -> Extraction:
    """Return the text of a document, within `seconds`. Raises Unreadable."""
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise Unreadable(f"it is of a kind that is not read ({', '.join(KINDS)} are)")
    try:
        size = _check_file(path)
        if kind in READ_APART or size > QUICK_BYTES:
            return _read_apart(path, kind, seconds)
        return Extraction(tidy(parse(path.read_bytes(), kind)))
    except OSError as error:
        raise Unreadable(error.strerror or type(error).__name__) from error


def read_plain(path: Path) -> str:
    """Return the unchanged text of a text file. Raises Unreadable."""
    try:
        _check_file(path)
        return decode(path.read_bytes())
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


def _check_file(path: Path) -> int:
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
    if done.returncode == UNREADABLE:
        raise Unreadable(done.stdout.decode())
    reply = json.loads(done.stdout)
    return Extraction(reply["text"], tuple(reply["lost"]))


def _explain_end(returncode: int) -> str:
    """Return why a reader ended early; libraries in C or Rust abort, or touch what they did not get, without memory."""
    if returncode >= 0:
        return f"it is broken (its reader ended with {returncode})"
    name = Signals(-returncode).name if -returncode in set(Signals) else str(-returncode)
    if name in TIME_SIGNALS:
        return f"reading it takes longer than {READ_SECONDS:g} seconds"
    return f"reading it takes more than {READ_MEMORY // 10**9} GB of memory, or breaks its reader ({name})"


def parse(data: bytes, kind: str) -> str:
    """Return the text of a plain file, JSON without its escapes. Raises Unreadable."""
    text = decode(data)
    try:
        if kind == ".json":
            return _write_lines(_parse_json(text))
        if kind == ".jsonl":
            lines = enumerate(text.split("\n"), 1)
            return "\n".join(_encode_json(_parse_json(line, number)) for number, line in lines if line.strip())
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    return text


def decode(data: bytes) -> str:
    """Decode UTF-8, or UTF-16 with a byte order mark. Raises Unreadable."""
    is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("it is not UTF-8") from error
    if "\0" in text:
        raise Unreadable("it is no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parse_json(text: str, line: int = 1) -> Any:
    """Return the value of a JSON text that starts at `line` of its file. Raises Unreadable."""
    try:
        return json.loads(text, parse_float=_keep_digits)
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not valid JSON (line {line + error.lineno - 1})") from error
    except ValueError as error:  # of int(), past 4,300 digits
        raise Unreadable("it holds a number that is too long") from error


def _keep_digits(text: str) -> float | str:
    """Return a number, as text where a float would be written in another way, such as 1.10."""
    number = float(text)
    return number if repr(number) == text else text


def _write_lines(value: Any) -> str:
    """Return indented JSON, cut off where `tidy` would refuse more: indents can make a text a thousand times longer."""
    parts, characters = [], 0
    for part in _encode_json_lines(value):
        parts.append(part)
        characters += len(part)
        if characters > MAX_BYTES:
            break
    return "".join(parts)
