"""Rewrite the markup of Word (ISO/IEC 29500-1, 17) into the part of it that mammoth reads.

Text that nobody sees is left out, and what has no text is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from ..xml_tree import find_all, find_child, get_attribute, local_name
from .fields import drop_instructions
from .forms import read_form_field
from .numbers import WordNumbers
from .styles import WordStyles, is_on

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
V = "{urn:schemas-microsoft-com:vml}"
# rt is the reading above a word; mammoth would read deleted text in text boxes, and moved text twice.
DROPPED = {"del", "moveFrom", "delText", "delInstrText", "rt", "rubyPr"}
WRAPPERS = {"ins", "moveTo", "smartTag", "customXml", "bdo", "dir", "sdtContent", "oMathPara"}
PROPERTIES = {"rPr", "pPr", "trPr", "tcPr", "tblPr", "tblGrid", "sectPr"}
PICTURES = {"drawing", "pict", "object"}
NUMBERED = "TwinNumbered"  # the style of numbered paragraphs
UNREAD = {
    "control": "form control",
    "oMath": "equation",
    "chart": "chart",
    "relIds": "diagram",
    "OLEObject": "embedded object",
}


class MarkupRewriter:
    """Rewrites the elements of one document; `unread` counts, by their kind, those that hold no text."""

    def __init__(self, styles: WordStyles, numbers: WordNumbers) -> None:
        self._styles = styles
        self._numbers = numbers
        self._was_struck = False
        self.unread: Counter[str] = Counter()

    def rewrite(self, root: Element) -> None:
        """Rewrite all below an element. Raises RecursionError where it is nested too deeply."""
        self._replace_children(root, "")
        drop_instructions(root)

    def _replace_children(self, node: Element, paragraph_style: str) -> None:
        node[:] = [new for child in node for new in self._rewrite(child, paragraph_style)]

    def _rewrite(self, node: Element, style: str) -> list[Element]:
        """Return the elements that replace one; `style` is that of its paragraph."""
        name = local_name(node)
        if name in DROPPED or (name == "r" and self._styles.hides(node, style)):
            return []
        if name == "r" and self._is_struck(node):
            return []
        if name in PROPERTIES:
            return [node]
        if name in PICTURES:
            return [*self._find_boxes(node), *_find_links(node)]
        if name in UNREAD or name == "altChunk":
            self.unread[UNREAD.get(name, "embedded document")] += 1
            return []
        if name == "AlternateContent":
            return self._choose(node, style)
        if name == "tr" and is_on(find_child(node, "trPr"), "hidden"):
            return []
        if name == "tbl" and self._styles.marks_header_row(node):
            _mark_header_row(node)
        form_field = read_form_field(node) if name == "r" else ""
        if name == "p":
            style = get_attribute(find_child(node, "pPr", "pStyle"), "val")
            self._number(node, style)
        self._replace_children(node, style)
        return [*([_write_run(form_field)] if form_field else []), *_unwrap(node, name)]

    def _number(self, paragraph: Element, style: str) -> None:
        """Write a paragraph's number as its text, except a heading's: mammoth counts each list from 1."""
        properties = find_child(paragraph, "pPr")
        number = self._numbers.next(properties)
        if properties is None or not number or self._styles.is_heading(style):
            return
        place = list(paragraph).index(properties) + 1
        paragraph.insert(place, _write_run(f"{number} "))
        paragraph[place - 1] = Element(W + "pPr")
        SubElement(paragraph[place - 1], W + "pStyle", {W + "val": NUMBERED})

    def _is_struck(self, run: Element) -> bool:
        """Return whether a run is struck through, and count it unless the one before was so too."""
        if not any(True for _ in find_all(run, "t", "tab", "br")):
            return False
        properties = find_child(run, "rPr")
        is_struck = bool(is_on(properties, "strike") or is_on(properties, "dstrike"))
        self.unread["struck-through passage"] += is_struck and not self._was_struck
        self._was_struck = is_struck
        return is_struck

    def _choose(self, node: Element, style: str) -> list[Element]:
        """Return the first of several forms of the same (part 3, 10) that has text."""
        unread = self.unread.copy()
        for branch in node:
            self.unread = unread.copy()
            self._replace_children(branch, style)
            if any(True for _ in find_all(branch, "t")):
                return list(branch)
            if self.unread != unread:
                break
        return []

    def _find_boxes(self, node: Element) -> list[Element]:
        """Return a picture's text boxes, each in the form that mammoth reads."""
        found = []
        for content in _find_outermost(node, "txbxContent"):
            self._replace_children(content, "")
            picture = Element(W + "pict")
            SubElement(SubElement(picture, V + "shape"), V + "textbox").append(content)
            found.append(picture)
        if not found:
            kinds = {UNREAD[local_name(part)] for part in find_all(node, *UNREAD)}
            self.unread.update(kinds)
        return found


def _unwrap(node: Element, name: str) -> list[Element]:
    """Return an element without what mammoth does not know around or in it."""
    if name in WRAPPERS:
        return list(node)
    if name == "sdt":  # a content control; one that nobody filled in shows a prompt
        is_empty = find_child(node, "sdtPr", "showingPlcHdr") is not None
        return [] if is_empty else [child for child in node if local_name(child) not in ("sdtPr", "sdtEndPr")]
    if name == "ruby":
        return [part for base in node for run in base for part in run if local_name(part) != "rPr"]
    if name == "fldSimple":
        return [
            _field_part("begin"),
            _instruction(get_attribute(node, "instr")),
            _field_part("separate"),
            *node,
            _field_part("end"),
        ]
    if name == "ptab":
        return [Element(W + "tab")]
    if name in ("cr", "br"):
        return [Element(W + "br")]
    return [node]


def _find_links(picture: Element) -> Iterator[Element]:
    """Yield a link without text for each place that a picture leads to."""
    keys = (get_attribute(node, "id") for node in find_all(picture, "hlinkClick"))
    for key in dict.fromkeys(filter(None, keys)):
        link = Element(W + "hyperlink", {R + "id": key})
        link.append(_write_run(" "))
        yield link


def _find_outermost(node: Element, name: str) -> Iterator[Element]:
    if local_name(node) == name:
        yield node
    elif local_name(node) == "AlternateContent":  # in a group: the same once more in each branch
        yield from next(filter(None, (list(_find_outermost(branch, name)) for branch in node)), [])
    else:
        for child in node:
            yield from _find_outermost(child, name)


def _mark_header_row(table: Element) -> None:
    row = find_child(table, "tr")
    if row is None:
        return
    properties = find_child(row, "trPr")
    if properties is None:
        properties = Element(W + "trPr")
        row.insert(0, properties)
    SubElement(properties, W + "tblHeader")


def _field_part(kind: str) -> Element:
    run = Element(W + "r")
    SubElement(run, W + "fldChar", {W + "fldCharType": kind})
    return run


def _write_run(text: str) -> Element:
    run = Element(W + "r")
    SubElement(run, W + "t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}).text = text
    return run


def _instruction(text: str) -> Element:
    run = Element(W + "r")
    SubElement(run, W + "instrText").text = text
    return run
