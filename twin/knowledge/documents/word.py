"""The text of a Word file: its headers, its body, its footers."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile, is_zipfile

import mammoth

from .extraction import Unreadable
from .html import html_to_text
from .links import list_links

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the first bytes of encrypted files, and of .doc
MAX_XML = 100_000_000  # bytes, unpacked; a long book has ten million
BREAK_TEXTS = {"tab": " ", "br": " ", "cr": " ", "p": "\n"}
STYLES = "p[style-name='Title'] => h1:fresh"


def word_to_text(data: bytes) -> str:
    """Return a Word file's text. Raises Unreadable, and on a broken file nearly anything."""
    if data.startswith(OLE):
        raise Unreadable("it is encrypted, or no .docx")
    if not is_zipfile(BytesIO(data)):
        raise Unreadable("it is no .docx")
    archive = ZipFile(BytesIO(data))
    if sum(part.file_size for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))) > MAX_XML:
        raise Unreadable(f"it unpacks to more than {MAX_XML // 10**6} MB")
    try:
        page = mammoth.convert_to_html(
            BytesIO(data), convert_image=lambda _: [], style_map=STYLES, include_embedded_style_map=False
        )
    except OSError as error:  # mammoth finds no document in the archive
        raise Unreadable("it is no .docx") from error
    return "\n\n".join([*_read_parts(archive, "header"), html_to_text(page.value), *_read_parts(archive, "footer")])


def _read_parts(archive: ZipFile, name: str) -> list[str]:
    """Return the texts of all headers or footers, each once: mammoth skips them, and some CVs have addresses there."""
    parts = sorted(part for part in archive.namelist() if re.fullmatch(rf"word/{name}\d*\.xml", part))
    return list(dict.fromkeys(filter(None, (_read_part(archive, part) for part in parts))))


def _read_part(archive: ZipFile, part: str) -> str:
    root = ElementTree.fromstring(archive.read(part))  # noqa: S314 - of limited size, and expat stops entities
    words = [
        (node.text or "") if _local_name(node) == "t" else BREAK_TEXTS.get(_local_name(node), "")
        for node in _iterate(root)
    ]
    lines = (" ".join(line.split()) for line in "".join(words).split("\n"))
    return "\n".join(filter(None, [*lines, _read_links(archive, part)]))


def _iterate(root: ElementTree.Element) -> list[ElementTree.Element]:
    """Return all elements in their order, without the copy of each text box for old programs."""
    for parent in list(root.iter()):
        for child in [child for child in parent if _local_name(child) == "Fallback"]:
            parent.remove(child)
    return list(root.iter())


def _read_links(archive: ZipFile, part: str) -> str:
    relations = part.replace("word/", "word/_rels/") + ".rels"
    if relations not in archive.namelist():
        return ""
    root = ElementTree.fromstring(archive.read(relations))  # noqa: S314 - as above
    return list_links([node.get("Target", "") for node in root if node.get("Type", "").endswith("/hyperlink")], set())


def _local_name(node: ElementTree.Element) -> str:
    return str(node.tag).rpartition("}")[2]  # without its namespace: Word has two of them
