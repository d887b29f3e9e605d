"""The text of a book in EPUB 3 (W3C) or 2, chapter by chapter."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ..extraction import Extraction, Unreadable
from ..html import html_to_text
from ..unpacking import open_archive
from ..xml_tree import find_all, get_attribute, parse_xml

CONTAINER = "META-INF/container.xml"
TITLE = re.compile(rb"<title\b[^>]*>.*?</title>", re.DOTALL)  # of a chapter: the book's once more, or a file's name
PAGES = ("application/xhtml+xml", "text/html")


def book_to_text(data: bytes) -> Extraction:
    """Return the chapters' texts in reading order. Raises Unreadable, and on a broken file nearly anything."""
    archive = open_archive(data, ".epub", (".xml", ".opf", ".xhtml", ".html", ".htm"))
    if CONTAINER not in archive.namelist():
        raise Unreadable("it is no .epub")
    if "META-INF/rights.xml" in archive.namelist():
        raise Unreadable("it is encrypted")
    place = next(
        (get_attribute(node, "full-path") for node in find_all(parse_xml(archive.read(CONTAINER)), "rootfile")), ""
    )
    package = parse_xml(archive.read(place))
    chapters = [name for name in _list_chapters(package, place) if name in archive.namelist()]
    return Extraction("\n\n".join([*_read_title(package), *(_read_chapter(archive, name) for name in chapters)]))


def _list_chapters(package: Element, place: str) -> list[str]:
    """Return the files of the spine, without the table of contents, of which each chapter has its part as a heading."""
    items = {get_attribute(node, "id"): node for node in find_all(package, "item")}
    spine = [items[key] for node in find_all(package, "itemref") if (key := get_attribute(node, "idref")) in items]
    return [
        posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(get_attribute(item, "href"))))
        for item in spine
        if get_attribute(item, "media-type") in PAGES and "nav" not in get_attribute(item, "properties").split()
    ]


def _read_title(package: Element) -> list[str]:
    names = [node.text for node in find_all(package, "title", "creator") if node.text]
    return [" – ".join(names)] if names else []


def _read_chapter(archive: ZipFile, name: str) -> str:
    return html_to_text(TITLE.sub(b"", archive.read(name), count=1))
