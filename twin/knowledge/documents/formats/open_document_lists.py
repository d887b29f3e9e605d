"""The numbers of lists in an OpenDocument file (ODF 1.3, 5.3)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ..xml_tree import find_all, get_attribute, local_name

PARAGRAPHS = ("p", "h")


class ListNumbers:
    """Counts the items of the lists that are open."""

    def __init__(self, roots: list[Element]) -> None:
        self._levels = {
            (get_attribute(style, "name"), get_attribute(level, "level")): level
            for root in roots
            for style in find_all(root, "list-style")
            for level in find_all(style, "list-level-style-number")
        }
        self._open: list[str] = []  # the styles of lists, the outermost first
        self._next: dict[tuple[str, str], int] = {}  # by style and level

    def open(self, node: Element) -> str:
        """Begin a list, and return its first tag."""
        self._open.append(get_attribute(node, "style-name") or (self._open[-1] if self._open else ""))
        level = self._levels.get(self._place)
        number_format = get_attribute(level, "num-format")
        goes_on = get_attribute(node, "continue-numbering") == "true" or bool(get_attribute(node, "continue-list"))
        if not goes_on or self._place not in self._next:
            self._next[self._place] = _read_number(level, 1)
        return f'<ol type="{number_format}">' if number_format in ("1", "a", "A", "i", "I") else "<ul>"

    def close(self) -> str:
        """End the last list, and return its last tag."""
        number_format = get_attribute(self._levels.get(self._place), "num-format")
        self._open.pop()
        return "</ol>" if number_format in ("1", "a", "A", "i", "I") else "</ul>"

    def count(self, item: Element) -> str:
        """Return the first tag of an item; only one with a paragraph of its own has a number."""
        if not self._open or not any(local_name(child) in PARAGRAPHS for child in item):
            return "<li>"
        number = _read_number(item, self._next[self._place])
        self._next[self._place] = number + 1
        return f'<li value="{number}">'

    @property
    def _place(self) -> tuple[str, str]:
        return self._open[-1], str(len(self._open))


def _read_number(node: Element | None, default: int) -> int:
    value = get_attribute(node, "start-value")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default
