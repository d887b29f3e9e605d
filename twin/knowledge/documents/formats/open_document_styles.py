"""What the styles of an OpenDocument file say of text: struck through, raised, lowered (ODF 1.3, 16.29.28)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ..xml_tree import find_child, get_attribute

LINES = ("text-line-through-style", "text-line-through-type")
MAX_LEVELS = 20  # of styles


def find_struck(styles: dict[str, Element]) -> set[str]:
    """Return the names of the styles that strike text through."""
    return {name for name in styles if _find_property(name, styles, *LINES) not in ("", "none")}


def find_raised(styles: dict[str, Element]) -> dict[str, str]:
    """Return, by their names, the tags for the styles that raise or lower text."""
    tags = {name: _find_tag(_find_property(name, styles, "text-position")) for name in styles}
    return {name: tag for name, tag in tags.items() if tag}


def _find_property(name: str, styles: dict[str, Element], *properties: str) -> str:
    """Return the first of some properties of text that a style or one above it has; "" where none has."""
    for _ in range(MAX_LEVELS):
        found = find_child(styles.get(name), "text-properties")
        if value := next(filter(None, (get_attribute(found, key) for key in properties)), ""):
            return value
        if not (name := get_attribute(styles.get(name), "parent-style-name")):
            break
    return ""


def _find_tag(position: str) -> str:
    """Return the tag for a text's position, such as `super 58%` or `-33% 58%`."""
    first = position.partition(" ")[0]
    if first == "sub" or first.startswith("-"):
        return "sub"
    return "sup" if first.strip("0%") else ""
