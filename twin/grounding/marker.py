"""The mark with which the model begins an answer that it does not know: it is taken out."""

from __future__ import annotations

import re

MARKER = "[?]"
# At the beginning of an answer, perhaps in bold or italics, with spaces, a colon or the like around it.
LEADING = re.compile(r"[\s*_]{0,20}+\[[?？]\][\s*_:.,;—–-]{0,20}+")
MAY_BECOME = re.compile(r"[\s*_]{0,20}+(?:\[(?:[?？](?:\][\s*_:.,;—–-]{0,20}+)?)?)?")


class MarkerFilter:
    """Takes the marker off an answer that comes in pieces; only what may become one is held back."""

    def __init__(self) -> None:
        self.is_unknown = False  # whether the answer began with the marker
        self._is_beginning = True
        self._held = ""

    def push(self, piece: str) -> str:
        """Take the next piece, and return the text that can be shown now."""
        if not self._is_beginning:
            return piece
        self._held += piece
        return "" if MAY_BECOME.fullmatch(self._held) else self._begin()

    def finish(self) -> str:
        """Return the rest of the text."""
        return self._begin() if self._is_beginning else ""

    def _begin(self) -> str:
        self._is_beginning = False
        found = LEADING.match(self._held)
        self.is_unknown = found is not None
        return self._held[found.end() :] if found else self._held
