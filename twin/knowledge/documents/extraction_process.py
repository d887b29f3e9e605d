"""Read a document of a kind, such as `.pdf`, from standard input, in a process of its own."""

from __future__ import annotations

import json
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, replace

from .extraction import READ_MEMORY, READ_SECONDS, UNREADABLE, Extraction, Unreadable, parse, tidy


def read_document(kind: str, data: bytes) -> Extraction:
    """Return the text of a document, tidied. Raises Unreadable for any fault of the file."""
    try:
        extraction = _read_kind(kind, data)
        return replace(extraction, text=tidy(extraction.text))
    except Unreadable:
        raise
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except MemoryError as error:
        raise Unreadable(f"reading it takes more than {READ_MEMORY // 10**9} GB of memory") from error
    except Exception as error:  # a broken file makes these libraries raise nearly anything
        raise Unreadable(f"it is broken ({type(error).__name__})") from error


def _read_kind(kind: str, data: bytes) -> Extraction:
    """Read with the libraries of this kind; no others are imported."""
    if kind == ".pdf":
        from .pdf import pdf_to_text

        return pdf_to_text(data)
    if kind == ".docx":
        from .word import word_to_text

        return word_to_text(data)
    if kind in (".html", ".htm"):
        from .html import html_to_text

        return Extraction(html_to_text(data))
    return Extraction(parse(data, kind))


def _limit_resources() -> None:
    """Make a decompression bomb, or a loop that outlives our parent, end by itself."""
    seconds = round(READ_SECONDS) + 1
    limits = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: READ_MEMORY}
    for name, most in limits.items():
        hard = resource.getrlimit(name)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError):  # macOS has no RLIMIT_AS that can be set
            resource.setrlimit(name, (most, most))
    signal.alarm(seconds)


def main() -> int:
    """Write the extraction as JSON, or the reason for its lack, to standard output; the exit code says which."""
    _limit_resources()
    try:
        said, code = json.dumps(asdict(read_document(sys.argv[1], sys.stdin.buffer.read()))), 0
    except Unreadable as reason:
        said, code = str(reason), UNREADABLE
    sys.stdout.buffer.write(said.encode())
    return code


if __name__ == "__main__":
    sys.exit(main())
