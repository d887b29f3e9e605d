"""The text of a Word file: its headers, its body, its footers."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZipFile

import mammoth

from ..extraction import Extraction, Unreadable, name_unread
from ..html import html_to_text
from ..office_package import Relations, open_package, read_part, read_relations, relations_of
from ..xml_tree import find_all, find_child, get_attribute
from .markup import NUMBERED, MarkupRewriter
from .numbers import WordNumbers
from .styles import WordStyles

RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
RELATION_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
READ_PARTS = ("footnotes", "endnotes", "numbering", "styles")
FIRST = {"first": 0, "default": 1, "even": 2}  # of a section's headers
STYLES = f"p.{NUMBERED} => dl > dd:fresh\np[style-name='Title'] => h1:fresh\n"
STYLES += "p[style-name='Table Heading'] => p:fresh > strong:fresh"


def word_to_text(data: bytes) -> Extraction:
    """Return a Word file's text, and what of it has none. Raises Unreadable, and on a broken file nearly anything."""
    package = _Package(open_package(data, ".docx"))
    rewriter = MarkupRewriter(package.styles, package.numbers)
    simple = package.write_simple(rewriter)
    page = mammoth.convert_to_html(
        simple, convert_image=lambda _: [], style_map=STYLES, include_embedded_style_map=False
    )
    return Extraction(html_to_text(page.value), name_unread(rewriter.unread))


class _Package:
    """The parts of a Word file (ISO/IEC 29500-2)."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        targets = read_relations(archive, "").values()
        self.main = next((target for kind, target in targets if kind == "officeDocument"), "word/document.xml")
        if self.main not in archive.namelist():
            raise Unreadable("it is no .docx")
        self._relations = read_relations(archive, self.main)
        self._parts = {kind: target for kind, target in self._relations.values() if kind in READ_PARTS}
        styles = read_part(self._archive, self._parts.get("styles", ""))
        self.styles = WordStyles.of(styles)
        self.numbers = WordNumbers(read_part(self._archive, self._parts.get("numbering", "")), styles)

    def write_simple(self, rewriter: MarkupRewriter) -> BytesIO:
        """Return a Word file with one body, which begins with the headers and ends with the footers."""
        root = read_part(self._archive, self.main)
        body = find_child(root, "body")
        if root is None or body is None:
            raise Unreadable("it is broken (no body)")
        links: Relations = dict(self._relations)
        headers, footers = (self._take_parts(body, kind, links) for kind in ("header", "footer"))
        body[:] = [*headers, *body, *footers]
        rewriter.rewrite(root)
        parts = {self.main: root, relations_of(self.main): _write_relations(links)}
        for kind, name in self._parts.items():
            if (part := read_part(self._archive, name)) is not None:
                if kind in ("footnotes", "endnotes"):
                    rewriter.rewrite(part)
                parts[name] = part
        return self._pack(parts)

    def _pack(self, parts: dict[str, Element]) -> BytesIO:
        packed = BytesIO()
        with ZipFile(packed, "w") as written:
            for name in ("[Content_Types].xml", "_rels/.rels", *map(relations_of, self._parts.values())):
                if name in self._archive.namelist():
                    written.writestr(name, self._archive.read(name))
            for name, root in parts.items():
                written.writestr(name, ElementTree.tostring(root, "utf-8"))
        packed.seek(0)
        return packed

    def _take_parts(self, body: Element, kind: str, links: Relations) -> list[Element]:
        """Return the content of all headers or footers, each text once; their links get IDs of their own."""
        used = sorted(find_all(body, f"{kind}Reference"), key=lambda node: FIRST.get(get_attribute(node, "type"), 3))
        names = [links[key][1] for node in used if (key := get_attribute(node, "id")) in links]
        names += sorted(target for name, target in self._relations.values() if name == kind)
        taken: dict[str, list[Element]] = {}
        for name in dict.fromkeys(names):
            root = read_part(self._archive, name)
            if root is None or (text := "".join(node.text or "" for node in find_all(root, "t"))) in taken:
                continue
            taken[text] = list(root)
            links.update({f"{name} {key}": target for key, target in read_relations(self._archive, name).items()})
            for node in find_all(root, "hyperlink", "hlinkClick"):
                node.attrib.update({key: f"{name} {value}" for key, value in node.items() if key.endswith("}id")})
        return [block for blocks in taken.values() for block in blocks]


def _write_relations(relations: Relations) -> Element:
    root = Element(RELATIONSHIPS + "Relationships")
    for key, (kind, target) in relations.items():
        is_link = kind == "hyperlink"
        place = {"Target": target, "TargetMode": "External"} if is_link else {"Target": f"/{target}"}
        ElementTree.SubElement(root, RELATIONSHIPS + "Relationship", {"Id": key, "Type": RELATION_TYPE + kind, **place})
    return root
