"""The environment of the processes that the service starts.

They read what strangers wrote: documents, and visitors' questions. So they get the variables that a program needs to
run and no others: a list of what is secret would miss the next secret, and those of other programs.
"""

from __future__ import annotations

import os
import re

RUNNING = re.compile(
    r"PATH|HOME|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+|PYTHON[A-Z]+"
    r"|LD_[A-Z_]+|MALLOC_[A-Z_]+"  # where libraries are, and how they share memory out
    r"|(?:OMP|GOMP|KMP|OPENBLAS|MKL)_[A-Z_]+"  # how many threads they start
)
# For a process that calls a server; a proxy's URL may have a password in it.
CALLING = re.compile(r"(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_(?:FILE|DIR)|OPENAI_(?:ORG|PROJECT)_ID", re.IGNORECASE)


def select_running() -> dict[str, str]:
    """Return the variables that any program needs."""
    return _select(RUNNING)


def select_calling() -> dict[str, str]:
    """Return the variables that say how servers are reached, for a program that calls one."""
    return _select(CALLING)


def _select(names: re.Pattern[str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if names.fullmatch(name)}
