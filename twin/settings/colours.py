"""Colours, as settings write them."""

from __future__ import annotations

import re


def parse_colour(value: object) -> str:
    """Return a colour of three or six hexadecimal digits as #rrggbb, or raise ValueError where it is none."""
    match = re.fullmatch(r"#?([0-9a-f]{6}|[0-9a-f]{3})", str(value), re.IGNORECASE)
    if match is None:
        raise ValueError("it is not a colour such as #0a7 or #00aa77")
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))
