"""The numbers of the paragraphs on a slide (ISO/IEC 29500-1, 21.1.2.4.1)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ..list_marks import write_number
from ..xml_tree import find_child, get_attribute

STYLES = {"arabic": "1", "alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}
FORMS = {"Period": "{}. ", "ParenR": "{}) ", "ParenBoth": "({}) ", "Plain": "{} "}


class ParagraphNumbers:
    """Counts the numbered paragraphs of one shape, level by level."""

    def __init__(self) -> None:
        self._next: dict[tuple[int, str], int] = {}  # by the level and the kind of numbers

    def next(self, properties: Element | None) -> str:
        """Return what a paragraph begins with."""
        level = int(get_attribute(properties, "lvl", "0"))
        numbering = find_child(properties, "buAutoNum")
        kind = get_attribute(numbering, "type")
        self._next = {key: value for key, value in self._next.items() if key[0] < level or key == (level, kind)}
        if numbering is None:
            return ""
        number = self._next.get((level, kind), int(get_attribute(numbering, "startAt", "1")))
        self._next[level, kind] = number + 1
        style = next((name for name in STYLES if kind.startswith(name)), "arabic")
        return FORMS.get(kind.removeprefix(style), "{}. ").format(write_number(number, STYLES[style]))
