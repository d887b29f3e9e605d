"""Read a document of a kind, such as `.pdf`, from standard input, in a process of its own."""

from __future__ import annotations

import json
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict

from .extraction import READ_MEMORY, READ_SECONDS, UNREADABLE, Unreadable
from .readers import read_document


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
