"""The text of a PowerPoint file: its visible slides with their notes, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ..extraction import Extraction, Unreadable, name_unread
from ..html import html_to_text
from ..office_package import Relations, open_package, read_relations
from ..xml_tree import find_all, find_child, get_attribute, local_name, parse_xml
from .slide_numbers import ParagraphNumbers

TITLES = {"title", "ctrTitle"}
NOT_READ = {"sldNum", "dt", "ftr", "hdr", "sldImg"}  # placeholders for page numbers and the like
UNREAD = {"chart": "chart or diagram", "relIds": "chart or diagram", "oMath": "equation"}


def slides_to_text(data: bytes) -> Extraction:
    """Return the slides' texts. Raises Unreadable, and on a broken file nearly anything."""
    archive = open_package(data, ".pptx")
    if "ppt/presentation.xml" not in archive.namelist():
        raise Unreadable("it is no .pptx")
    relations = read_relations(archive, "ppt/presentation.xml")
    order = find_child(parse_xml(archive.read("ppt/presentation.xml")), "sldIdLst")
    # A slide has an `id` and an `r:id`: the second comes last.
    keys = [
        [value for key, value in node.items() if key.endswith("}id")][-1]
        for node in (order if order is not None else ())
    ]
    parts: list[str] = []
    unread: Counter[str] = Counter()
    for name in [relations[key][1] for key in keys if key in relations]:
        slide = parse_xml(archive.read(name))
        if get_attribute(slide, "show") in ("0", "false"):
            unread["hidden slide"] += 1
            continue
        unread.update(UNREAD[local_name(node)] for node in find_all(slide, *UNREAD))
        parts += _write_slide(archive, name, slide, unread)
    return Extraction(html_to_text("".join(parts)), name_unread(unread))


def _write_slide(archive: ZipFile, name: str, slide: Element, unread: Counter[str]) -> Iterator[str]:
    """Yield the parts of a slide and of its notes as HTML."""
    links = read_relations(archive, name)
    yield from _SlideWriter(links, unread).write(slide)
    for kind, target in links.values():
        if kind == "notesSlide" and target in archive.namelist():
            yield from _SlideWriter(read_relations(archive, target), unread).write(parse_xml(archive.read(target)))


class _SlideWriter:
    """Writes the shapes of one slide, or of its notes, as HTML."""

    def __init__(self, links: Relations, unread: Counter[str]) -> None:
        self._links = links
        self._unread = unread

    def write(self, slide: Element) -> Iterator[str]:
        """Yield the shapes, the title first."""
        shapes = [(shape, _placeholder(shape)) for shape in _find_shapes(slide)]
        for shape, kind in sorted(shapes, key=lambda pair: pair[1] not in TITLES):
            if kind not in NOT_READ:
                yield from self._write_shape(shape, "h2" if kind in TITLES else "p")

    def _write_shape(self, shape: Element, tag: str) -> Iterator[str]:
        if local_name(shape) == "graphicFrame":
            yield from map(self._write_table, find_all(shape, "tbl"))
            return
        body = find_child(shape, "txBody")
        texts = list(self._write_paragraphs(body)) if body is not None else []
        link = next((node for part in shape for node in find_all(part, "cNvPr")), None)
        if len(texts) == 1:
            texts = [self._link(link, texts[0])]
        elif linked := self._link(link, ""):  # of a picture, or of more than one paragraph
            texts.append(linked)
        yield from (f"<{tag}>{text}</{tag}>" for text in texts)

    def _write_table(self, table: Element) -> str:
        has_header = get_attribute(find_child(table, "tblPr"), "firstRow") in ("1", "true")
        rows = []
        for number, row in enumerate(find_all(table, "tr")):
            cell = "th" if has_header and not number else "td"
            texts = ("<br>".join(self._write_paragraphs(node)) for node in find_all(row, "tc"))
            rows.append("<tr>" + "".join(f"<{cell}>{text}</{cell}>" for text in texts) + "</tr>")
        return f"<table>{''.join(rows)}</table>"

    def _write_paragraphs(self, body: Element) -> Iterator[str]:
        numbers = ParagraphNumbers()
        for paragraph in find_all(body, "p"):
            text = "".join(map(self._write_run, _choose_forms(paragraph)))
            if text.strip():
                yield numbers.next(find_child(paragraph, "pPr")) + text

    def _write_run(self, run: Element) -> str:
        if local_name(run) == "br":
            return "<br>"
        text = escape("".join(node.text or "" for node in find_all(run, "t")))
        properties = find_child(run, "rPr")
        if text.strip() and get_attribute(properties, "strike", "noStrike") != "noStrike":
            self._unread["struck-through passage"] += 1
            return ""
        baseline = get_attribute(properties, "baseline", "0").removesuffix("%")
        if baseline.strip("0.") and text:
            tag = "sub" if baseline.startswith("-") else "sup"
            text = f"<{tag}>{text}</{tag}>"
        return self._link(properties, text)

    def _link(self, properties: Element | None, text: str) -> str:
        """Return a text as the link that its properties, or those of its shape, make it."""
        key = get_attribute(find_child(properties, "hlinkClick"), "id")
        return f'<a href="{escape(self._links[key][1])}">{text}</a>' if key in self._links else text


def _find_shapes(node: Element) -> Iterator[Element]:
    """Yield the shapes that are shown, also those of groups."""
    for child in _choose_forms(node):
        marks = (get_attribute(find_child(part, "cNvPr"), "hidden") for part in child)
        if any(mark in ("1", "true") for mark in marks):
            continue
        if local_name(child) in ("sp", "graphicFrame", "pic", "cxnSp", "grpSp"):
            yield child
        yield from _find_shapes(child)


def _choose_forms(node: Element) -> Iterator[Element]:
    """Yield the children that have text; of several forms of the same (ISO/IEC 29500-3, 10) the first that has some."""
    for child in node:
        if local_name(child) == "AlternateContent":
            yield from next((list(branch) for branch in child if _has_text(branch)), [])
        elif local_name(child) != "m":  # an equation
            yield child


def _has_text(branch: Element) -> bool:
    equations = {id(part) for node in find_all(branch, "oMath") for part in find_all(node, "t")}
    return any((node.text or "").strip() and id(node) not in equations for node in find_all(branch, "t"))


def _placeholder(shape: Element) -> str:
    return next((get_attribute(node, "type", "body") for node in find_all(shape, "ph")), "")
