"""The session ids that memory accepts."""

from __future__ import annotations

import re
from uuid import UUID

PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NOT_UNIQUE = {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"}


def parse_session_id(text: str) -> UUID | None:
    """Return `text` as a UUID (RFC 9562, section 4), which is unguessable and so a visitor's key; None for other text.

    The nil and the max UUID (sections 5.9 and 5.10) are refused, since several visitors may send them.
    """
    return UUID(text) if PATTERN.fullmatch(text) and text.lower() not in NOT_UNIQUE else None
