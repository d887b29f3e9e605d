"""The space that would be one too many after something removed."""

from __future__ import annotations


class Blanks:
    """Follows a text as it is shown, and drops the space after what was removed where one stands before it too."""

    def __init__(self) -> None:
        self._ends_blank = True  # whether the shown text does
        self._drops = False  # after something removed with a blank before it

    def show(self, text: str) -> str:
        """Return the next part of the text, without the space that would be one too many."""
        if self._drops:
            text = text.lstrip(" ")
            self._drops = not text
        if text:
            self._ends_blank = text[-1].isspace()
        return text

    def remove(self, rest: str = "") -> str:
        """Note that something was removed, of which `rest` stays, and return what is shown of it."""
        if not rest:
            self._drops = self._ends_blank
        return self.show(rest) if rest else ""
