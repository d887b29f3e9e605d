"""The text of a PowerPoint file: its visible slides with their notes, in order."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element

from ..extraction import Extraction, Unreadable, name_unread
from ..html import html_to_text
from ..office_package import Relations, open_package, read_relations
from ..xml_tree import find_all, find_child, get_attribute, local_name, parse_xml

TITLES = {"title", "ctrTitle"}
NOT_READ = {"sldNum", "dt", "ftr", "hdr", "sldImg"}  # placeholders for page numbers and the like


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
    hidden = unread = 0
    for name in [relations[key][1] for key in keys if key in relations]:
        slide = parse_xml(archive.read(name))
        if get_attribute(slide, "show") in ("0", "false"):
            hidden += 1
            continue
        links = read_relations(archive, name)
        unread += sum(1 for _ in find_all(slide, "chart", "relIds"))
        parts += _write_shapes(slide, links)
        for kind, target in links.values():
            if kind == "notesSlide" and target in archive.namelist():
                parts += _write_shapes(parse_xml(archive.read(target)), {})
    return Extraction(html_to_text("".join(parts)), name_unread({"hidden slide": hidden, "chart or diagram": unread}))


def _write_shapes(slide: Element, links: Relations) -> Iterator[str]:
    """Yield the shapes of a slide as HTML, the title first."""
    shapes = [(shape, _placeholder(shape)) for shape in _find_shapes(slide)]
    for shape, kind in sorted(shapes, key=lambda pair: pair[1] not in TITLES):
        if kind in NOT_READ:
            continue
        if local_name(shape) == "graphicFrame":
            yield from (_write_table(table, links) for table in find_all(shape, "tbl"))
        elif (body := find_child(shape, "txBody")) is not None:
            tag = "h2" if kind in TITLES else "p"
            yield from _write_paragraphs(body, links, tag)


def _find_shapes(node: Element) -> Iterator[Element]:
    """Yield the shapes that are shown, also those of groups."""
    for child in node:
        marks = (get_attribute(find_child(part, "cNvPr"), "hidden") for part in child)
        if any(mark in ("1", "true") for mark in marks):
            continue
        if local_name(child) in ("sp", "graphicFrame"):
            yield child
        yield from _find_shapes(child)


def _placeholder(shape: Element) -> str:
    return next((get_attribute(node, "type", "body") for node in find_all(shape, "ph")), "")


def _write_table(table: Element, links: Relations) -> str:
    has_header = get_attribute(find_child(table, "tblPr"), "firstRow") in ("1", "true")
    rows = []
    for number, row in enumerate(find_all(table, "tr")):
        cell = "th" if has_header and not number else "td"
        texts = ("<br>".join(_write_paragraphs(node, links, "")) for node in find_all(row, "tc"))
        rows.append("<tr>" + "".join(f"<{cell}>{text}</{cell}>" for text in texts) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def _write_paragraphs(body: Element, links: Relations, tag: str) -> Iterator[str]:
    for paragraph in find_all(body, "p"):
        text = "".join(_write_run(run, links) for run in paragraph)
        if text.strip():
            yield f"<{tag}>{text}</{tag}>" if tag else text


def _write_run(run: Element, links: Relations) -> str:
    if local_name(run) == "br":
        return "<br>"
    text = escape("".join(node.text or "" for node in find_all(run, "t")))
    key = next((get_attribute(node, "id") for node in find_all(run, "hlinkClick")), "")
    return f'<a href="{escape(links[key][1])}">{text}</a>' if key in links else text
