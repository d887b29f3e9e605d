"""What a Word file's styles say of text: whether it is hidden, and whether a table's first row is its header."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ..xml_tree import find_all, find_child, get_attribute, local_name

OFF = {"0", "false", "off"}
FIRST_ROW = 0x0020  # of tblLook's old form, a bit mask (ISO/IEC 29500-4, 14.4.9)


def is_on(properties: Element | None, name: str) -> bool | None:
    """Return a toggle property (ISO/IEC 29500-1, 17.7.3); None where it is not set."""
    found = find_child(properties, name)
    return None if found is None else get_attribute(found, "val", "1").lower() not in OFF


@dataclass(frozen=True)
class WordStyles:
    """The IDs of styles that hide text, of table styles that set off the first row, and of headings."""

    hiding: frozenset[str] = frozenset()
    with_header_row: frozenset[str] = frozenset()
    headings: frozenset[str] = frozenset()

    @classmethod
    def of(cls, root: Element | None) -> WordStyles:
        """Read the part styles.xml."""
        styles = (
            {get_attribute(style, "styleId"): style for style in find_all(root, "style")} if root is not None else {}
        )
        return cls(
            frozenset(name for name in styles if _hides(name, styles)),
            frozenset(name for name in styles if _sets_off_first_row(name, styles)),
            frozenset(name for name in styles if _is_heading(name, styles)),
        )

    def hides(self, run: Element, paragraph_style: str) -> bool:
        """Return whether a run is hidden (vanish, 17.3.2.41), by itself or by a style."""
        properties = find_child(run, "rPr")
        own = is_on(properties, "vanish")
        if own is None:
            own = bool({get_attribute(find_child(properties, "rStyle"), "val"), paragraph_style} & self.hiding)
        return own

    def is_heading(self, paragraph_style: str) -> bool:
        """Return whether a style is a heading's."""
        return paragraph_style in self.headings

    def marks_header_row(self, table: Element) -> bool:
        """Return whether a table's style shows its first row as a header."""
        look = find_child(table, "tblPr", "tblLook")
        mask = get_attribute(look, "val", "0")
        is_shown = get_attribute(look, "firstRow") in ("1", "true", "on") or (
            get_attribute(look, "firstRow") == "" and mask.isalnum() and int(mask, 16) & FIRST_ROW
        )
        return bool(is_shown) and get_attribute(find_child(table, "tblPr", "tblStyle"), "val") in self.with_header_row


def follow_bases(name: str, styles: dict[str, Element]) -> list[Element]:
    """Return a style and those that it is based on, the nearest first."""
    chain: dict[str, Element] = {}
    while name in styles and name not in chain:
        chain[name] = styles[name]
        name = get_attribute(find_child(styles[name], "basedOn"), "val")
    return list(chain.values())


def _hides(name: str, styles: dict[str, Element]) -> bool:
    values = (is_on(find_child(style, "rPr"), "vanish") for style in follow_bases(name, styles))
    return next((value for value in values if value is not None), False)


def _is_heading(name: str, styles: dict[str, Element]) -> bool:
    names = (get_attribute(find_child(style, "name"), "val").lower() for style in follow_bases(name, styles))
    return any(found.startswith(("heading", "title")) for found in names)


def _sets_off_first_row(name: str, styles: dict[str, Element]) -> bool:
    return any(
        local_name(part) == "tblStylePr"
        and get_attribute(part, "type") == "firstRow"
        and find_child(part, "rPr", "b") is not None
        for style in follow_bases(name, styles)
        for part in style
    )
