"""The package that Word's, Excel's and PowerPoint's files are (ISO/IEC 29500-2): parts, and relations between them."""

from __future__ import annotations

import posixpath
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from .extraction import Unreadable
from .unpacking import open_archive
from .xml_tree import get_attribute, parse_xml

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the first bytes of encrypted files, and of .doc
# A "Strict Open XML document" has namespaces of its own (ISO/IEC 29500-1, annex A).
STRICT, TRANSITIONAL = b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"
STRICT_PLACES = {
    b"wordprocessingml/main": b"wordprocessingml/2006/main",
    b"officeDocument/relationships": b"officeDocument/2006/relationships",
}

Relations = dict[str, tuple[str, str]]  # by their IDs: the type's last word, the target


def open_package(data: bytes, kind: str) -> ZipFile:
    """Return the parts of a file of a kind such as `.docx`. Raises Unreadable."""
    if data.startswith(OLE):
        raise Unreadable(f"it is encrypted, or no {kind}")
    return open_archive(data, kind, (".xml", ".rels"))


def read_part(archive: ZipFile, name: str) -> Element | None:
    """Return the root of a part; None where it is not there."""
    if name not in archive.namelist():
        return None
    data = archive.read(name)
    for place, other in STRICT_PLACES.items():
        data = data.replace(STRICT + place, TRANSITIONAL + other)
    return parse_xml(data)


def read_relations(archive: ZipFile, name: str) -> Relations:
    """Return the relations of a part, or with "" those of the package."""
    root = read_part(archive, relations_of(name))
    return {
        get_attribute(node, "Id"): (get_attribute(node, "Type").rpartition("/")[2], _resolve(name, node))
        for node in (root if root is not None else ())
    }


def relations_of(name: str) -> str:
    """Return the name of the part that holds the relations of another."""
    folder, _, file = name.rpartition("/")
    return posixpath.join(folder, "_rels", f"{file}.rels")


def _resolve(name: str, relation: Element) -> str:
    target = get_attribute(relation, "Target")
    if get_attribute(relation, "TargetMode") == "External":
        return target
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(name), target)).lstrip("/")
