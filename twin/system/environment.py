"""The environment of the processes that the service starts.

Those processes read strangers' text: documents, and visitors' questions. So they get the variables that a program needs
to run and no others; a list of secret variables would miss the next secret, and the secrets of other programs.
"""

from __future__ import annotations

import os
import re

RUN_VARIABLES = re.compile(
    r"PATH|HOME|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+|PYTHON[A-Z]+"
    r"|LD_[A-Z_]+|MALLOC_[A-Z_]+"  # the path to libraries, and how memory is allocated
    r"|(?:OMP|GOMP|KMP|OPENBLAS|MKL)_[A-Z_]+"  # the number of threads that libraries start
)
# For a process that calls a server only: a proxy's URL can hold a password.
CALL_VARIABLES = re.compile(r"(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_(?:FILE|DIR)|OPENAI_(?:ORG|PROJECT)_ID", re.IGNORECASE)


def select_running() -> dict[str, str]:
    """Return the variables that any program needs to run."""
    return _select(RUN_VARIABLES)


def select_calling() -> dict[str, str]:
    """Return the variables that a program needs to call a server: proxies, certificates, OpenAI's organization."""
    return _select(CALL_VARIABLES)


def _select(names: re.Pattern[str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if names.fullmatch(name)}
