"""XML as the formats of office programs have it: elements by their local names, in whatever namespace."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from .extraction import Unreadable


def parse_xml(data: bytes) -> Element:
    """Return the root of an XML document. Raises Unreadable.

    Document types, which alone can define entities, are refused; office programs write none.
    """
    parser = XMLParser(target=_Builder())  # noqa: S314 - without a document type nothing is expanded or fetched
    try:
        parser.feed(data)
        root = parser.close()
    except ParseError as error:
        raise Unreadable("it is broken (ParseError)") from error
    if not isinstance(root, Element):
        raise Unreadable("it is broken (no element)")
    return root


class _Builder(TreeBuilder):
    def doctype(self, *_: object) -> None:
        raise Unreadable("it is broken (it has a document type)")


def local_name(node: Element) -> str:
    """Return an element's name without its namespace: OOXML has two for each (ISO/IEC 29500-1 and -4)."""
    return str(node.tag).rpartition("}")[2]


def get_attribute(node: Element | None, name: str, default: str = "") -> str:
    """Return an attribute by its local name."""
    if node is None:
        return default
    return next((value for key, value in node.items() if key.rpartition("}")[2] == name), default)


def find_child(node: Element | None, *path: str) -> Element | None:
    """Return the first child, grandchild and so on along a path of local names."""
    for name in path:
        node = next((child for child in node if local_name(child) == name), None) if node is not None else None
    return node


def find_all(node: Element, *names: str) -> Iterator[Element]:
    """Yield all descendants that have one of these local names, in their order."""
    return (found for found in node.iter() if local_name(found) in names)
