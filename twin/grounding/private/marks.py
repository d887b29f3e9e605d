"""The parts of an owner's text between `[private]` and `[/private]`; what is not clearly public is private."""

from __future__ import annotations

import re
from collections.abc import Iterator

MARK = re.compile(
    r"\\?[\[［【]\s*(?:(?P<end>[/\\]|end\s+)\s*)?privat(?:e[ds]?|a|o)?(?P<late_end>\s+end)?\s*:?\s*\\?[\]］】]"
    r"|\\?[\[［【]\s*(?P<foreign_end>[/\\])?\s*(?:privée?|prive|privad[ao])\s*\\?[\]］】]"
    r"|<\s*(?P<tag_end>/)?\s*private\s*>",
    re.IGNORECASE,
)


def find_private(text: str) -> list[str]:
    """Return the private parts of `text`."""
    return [part.strip() for part, is_private in _split(text) if is_private and part.strip()]


def remove_private(text: str) -> str:
    """Return `text` without those parts."""
    return "\n".join(part for part, is_private in _split(text) if not is_private)


def _split(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts between two marks, and whether each is private.

    Parts within parts are, and so is what stands before an end that has no beginning, back to the mark before it:
    its beginning may be misspelt. Without an end, the rest of the text is.
    """
    depth = start = 0
    for mark in MARK.finditer(text):
        is_end = any(mark.group("end", "late_end", "foreign_end", "tag_end"))
        yield text[start : mark.start()], depth > 0 or is_end
        depth = max(0, depth - 1) if is_end else depth + 1
        start = mark.end()
    yield text[start:], depth > 0
