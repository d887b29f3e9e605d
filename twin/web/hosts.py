"""The hosts under which the service may be called (`ALLOWED_HOSTS`)."""

from __future__ import annotations

import re
from collections.abc import Collection


def is_allowed_host(host: str, allowed: Collection[str]) -> bool:
    """Return whether the value of a Host header is in the list of `ALLOWED_HOSTS`; an empty list allows all."""
    bare = re.sub(r":\d*\Z", "", host.lower())
    return not allowed or any(
        bare == known.removeprefix(".") or (known.startswith(".") and bare.endswith(known)) for known in allowed
    )
