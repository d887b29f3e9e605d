"""Which session ids key memory."""

from __future__ import annotations

import re
from uuid import UUID

PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NOT_UNIQUE = {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"}


def parse_session_id(text: str) -> UUID | None:
    """Return the UUID that `text` is (RFC 9562, section 4), or None: nobody guesses one, so it is a visitor's key.

    The nil and the max UUID (sections 5.9 and 5.10) are no keys, since many would have them.
    """
    return UUID(text) if PATTERN.fullmatch(text) and text.lower() not in NOT_UNIQUE else None
