"""The mark with which the model begins an answer that it does not know: it is taken out."""

from __future__ import annotations

import re

MARKER = "[?]"
# At the beginning of an answer, perhaps in bold or italics, with spaces or a colon around it.
LEADING = re.compile(r"[\s*_]*\[\?\][\s*_:]*")
MAY_BECOME = re.compile(r"[\s*_]*(?:\[(?:\?(?:\][\s*_:]*)?)?)?")
WITHIN = re.compile(r"(?<!\S)[*_]{0,3}\[\?\][*_]{0,3}:?(?:\s+|$)")
OPEN_WITHIN = re.compile(r"(?<!\S)[*_]{0,3}(?:\[(?:\?(?:\][*_]{0,3}:?\s*)?)?)?$")
MAX_HELD = 40  # characters


class MarkerFilter:
    """Takes the marker out of an answer that comes in pieces; only what may become a marker is held back."""

    def __init__(self) -> None:
        self.is_unknown = False  # whether the answer began with the marker
        self.has_marker = False  # whether it was anywhere
        self._is_beginning = True
        self._held = ""
        self._last = ""  # the last character that was shown

    def push(self, piece: str) -> str:
        """Take the next piece, and return the text that can be shown now."""
        self._held += piece
        return self._show(is_last=False)

    def finish(self) -> str:
        """Return the rest of the text."""
        return self._show(is_last=True)

    def _show(self, *, is_last: bool) -> str:
        text = self._held
        if self._is_beginning:
            if not is_last and len(text) <= MAX_HELD and MAY_BECOME.fullmatch(text):
                return ""
            self._is_beginning = False
            if found := LEADING.match(text):
                self.is_unknown = self.has_marker = True
                text = text[found.end() :]
        if "[" not in text and "*" not in text and "_" not in text:
            self._held = ""
            self._last = text[-1:] or self._last
            return text
        before = self._last  # without it, the lookbehind would take the beginning of a piece for that of a word
        whole = before + text
        place, end = len(before), len(whole)
        if not is_last and (found := OPEN_WITHIN.search(whole, max(place, end - MAX_HELD))):
            end = found.start()
        shown = ""
        for match in WITHIN.finditer(whole, place, end):
            shown += whole[place : match.start()]
            place = match.end()
            self.has_marker = True
        shown, self._held = shown + whole[place:end], whole[end:]
        self._last = shown[-1:] or before
        return shown
