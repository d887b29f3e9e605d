"""What a page's styles say of text, as Google Docs and office programs write them: struck through, raised, lowered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import Tag

RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
CLASS = re.compile(r"\s*(?:[a-z][a-z0-9]*)?\.([\w-]+)\s*")
STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
RAISED = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
TAGS = {"super": "sup", "sub": "sub"}
INLINE = ("span", "font")


def apply_styles(soup: BeautifulSoup) -> None:
    """Rename the tags whose text is struck through, raised or lowered by their style to `s`, `sup` and `sub`."""
    classes = dict(_read_rules(soup))
    for tag in soup.find_all(_is_styled):
        declared = [str(tag.get("style", "")), *(classes.get(name, "") for name in tag.get_attribute_list("class"))]
        tag.name = _find_name("; ".join(declared), str(tag.name))


def _is_styled(tag: Tag) -> bool:
    return tag.name not in ("html", "body") and (tag.has_attr("class") or tag.has_attr("style"))


def _read_rules(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Yield the classes that a rule of the page is about alone, each with its declarations."""
    for style in soup.find_all("style"):
        for selectors, declarations in RULE.findall(style.get_text()):
            if STRUCK.search(declarations) or RAISED.search(declarations):
                yield from ((found[1], declarations) for one in selectors.split(",") if (found := CLASS.fullmatch(one)))


def _find_name(declarations: str, name: str) -> str:
    if STRUCK.search(declarations):
        return "s"
    raised = RAISED.search(declarations) if name in INLINE else None
    return TAGS[raised[1].lower()] if raised else name
