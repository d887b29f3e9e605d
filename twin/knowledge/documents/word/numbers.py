"""The numbers of paragraphs in a Word file (ISO/IEC 29500-1, 17.9)."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from ..list_marks import write_number
from ..xml_tree import find_all, find_child, get_attribute, local_name
from .styles import follow_bases

STYLES = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
WITHOUT = {"", "bullet", "none"}
PLACE = re.compile(r"%([1-9])")  # of a level's number in the text of one


class WordNumbers:
    """Counts the numbered paragraphs of one document, in their order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        none = Element("none")
        numbering, styles = (root if root is not None else none for root in (numbering, styles))
        self._lists = {get_attribute(node, "numId"): node for node in find_all(numbering, "num")}
        self._kinds = {get_attribute(node, "abstractNumId"): node for node in find_all(numbering, "abstractNum")}
        self._styles = {get_attribute(node, "styleId"): node for node in find_all(styles, "style")}
        self._counts: dict[str, dict[int, int]] = {}  # by the kind of list and the level, the last number
        self._begun: set[tuple[str, int]] = set()  # lists and levels whose own start has been taken

    def next(self, properties: Element | None) -> str:
        """Return what the next paragraph begins with; "" where it has no number."""
        key, level = self._find_list(properties)
        kind = get_attribute(find_child(self._lists.get(key), "abstractNumId"), "val")
        levels = self._read_levels(kind)
        if level not in levels or _read(levels[level], "numFmt") in WITHOUT:
            return ""
        counts = self._counts.setdefault(kind, {})
        for other in [other for other in counts if other > level]:
            del counts[other]
        start = self._find_start(key, level)
        if start is not None and (key, level) not in self._begun:
            counts[level] = start
        else:
            counts[level] = counts[level] + 1 if level in counts else _read_number(levels[level], "start", 1)
        self._begun.add((key, level))
        return PLACE.sub(lambda found: self._write(levels, counts, int(found[1]) - 1), _read(levels[level], "lvlText"))

    def _find_list(self, properties: Element | None) -> tuple[str, int]:
        """Return the list and the level of a paragraph, its own or its style's."""
        style = get_attribute(find_child(properties, "pStyle"), "val")
        above = [find_child(node, "pPr", "numPr") for node in follow_bases(style, self._styles)]
        found = [node for node in (find_child(properties, "numPr"), *above) if node is not None]
        key = next((key for node in found if (key := _read(node, "numId"))), "")
        return key, next((_read_number(node, "ilvl", 0) for node in found if _read(node, "ilvl")), 0)

    def _read_levels(self, kind: str) -> dict[int, Element]:
        node = self._kinds.get(kind)
        if link := _read(node, "numStyleLink"):  # the levels stand in the list of a style
            numbering = find_child(self._styles.get(link), "pPr", "numPr")
            linked = find_child(self._lists.get(_read(numbering, "numId")), "abstractNumId")
            node = self._kinds.get(get_attribute(linked, "val"))
        children = (child for child in (node if node is not None else ()) if local_name(child) == "lvl")
        return {int(get_attribute(child, "ilvl", "0")): child for child in children}

    def _find_start(self, key: str, level: int) -> int | None:
        """Return where a list of its own begins a level anew."""
        for node in find_all(self._lists[key], "lvlOverride"):
            if get_attribute(node, "ilvl") == str(level) and _read(node, "startOverride"):
                return _read_number(node, "startOverride", 1)
        return None

    def _write(self, levels: dict[int, Element], counts: dict[int, int], level: int) -> str:
        if level not in levels:
            return ""
        number = counts.get(level, _read_number(levels[level], "start", 1))
        return write_number(number, STYLES.get(_read(levels[level], "numFmt"), "1"))


def _read(node: Element | None, name: str) -> str:
    return get_attribute(find_child(node, name), "val")


def _read_number(node: Element, name: str, default: int) -> int:
    value = _read(node, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default
