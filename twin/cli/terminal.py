"""What models and visitors wrote, for a terminal."""

from __future__ import annotations

import re

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # which a terminal would obey


def make_printable(text: str) -> str:
    """Return `text` without the characters that a terminal would obey."""
    return CONTROL_CHARACTERS.sub("", text)
