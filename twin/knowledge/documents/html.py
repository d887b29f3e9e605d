"""The text of a web page, or of a Word file as one: a line for each block, and the addresses behind its links."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import suppress

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from bs4.element import Comment, NavigableString, PageElement, PreformattedString, Tag

from .extraction import Extraction, Unreadable, name_unread
from .html_tables import TableLabels
from .links import WEB
from .page_styles import apply_styles
from .page_text import HEADINGS, PageText
from .plain.front_matter import join_fields, read_front_matter, read_head, read_values, skip_front_matter

STRUCK = ["del", "s", "strike"]
DROPPED = {*STRUCK, "script", "style", "noscript", "template", "svg", "iframe", "nav", "rt", "rp"}
# A table row with one of these only arranges the page, or the CV: it is not one line.
ARRANGED = {"table", "ul", "ol", "dl", "pre", *HEADINGS}
BASES = {"base[href]": "href", "link[rel~=canonical]": "href", "meta[property='og:url']": "content"}
SAVED_FROM = re.compile(r"saved from url=\(\d+\)(\S+)")  # a comment that browsers add
FRONT_MATTER_START = re.compile(r"\s*(?:-{3,}|\+{3,}|;{3,})[ \t]*\r?\n")
BEFORE_PAGE = re.compile(r"(?:\s*(?:<!--.*?-->|<[?!][^>]*>))*", re.DOTALL)
META = re.compile(r"<meta\s[^>]*>", re.IGNORECASE)
NAMED = re.compile(r"""\bname\s*=\s*["']?([\w-]++)["']?[^>]*?\bcontent\s*=\s*["']?([^"'>]*)""", re.IGNORECASE)
NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)


def page_to_text(page: bytes) -> Extraction:
    """Return the visible text of a page, and the fields of its front matter, its first comment or its metadata.

    Raises Unreadable for binary data, or bs4's exceptions.
    """
    text = _decode(page)
    if FRONT_MATTER_START.match(text):
        fields, text = read_front_matter(text.replace("\r\n", "\n"))
        text = text if fields.fault else skip_front_matter(".md", text)
    else:
        fields = read_head(found[0] if (found := BEFORE_PAGE.match(text)) else "")
    named = {found[1].casefold(): found[2] for tag in META.findall(text) if (found := NAMED.search(tag))}
    soup = _parse(text)
    struck = (tag for tag in soup.find_all(STRUCK) if not tag.find_parent(STRUCK) and tag.get_text().strip())
    lost = name_unread({"struck-through passage": sum(1 for _ in struck)})
    return Extraction(_write(soup), lost, join_fields(fields, read_values(named)))


def html_to_text(page: str | bytes, address: str = "") -> str:
    """Return the visible text of a page, from its title on; `address` is where its links start from.

    Raises Unreadable for binary data, or bs4's exceptions.
    """
    return _write(_parse(page), address)


def _parse(page: str | bytes) -> BeautifulSoup:
    soup = BeautifulSoup(_decode(page) if isinstance(page, bytes) else page, "html.parser")
    apply_styles(soup)
    return soup


def _write(soup: BeautifulSoup, address: str = "") -> str:
    """Return the visible text of a parsed page."""
    text = PageText(_find_base(soup) or address, *_find_rows(soup))
    for opens, node in _walk(soup):
        if isinstance(node, Tag):
            text.open(node) if opens else text.close(node)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):  # no comment or the like
            text.write(node)
    return text.finish()


def _decode(page: bytes) -> str:
    if page.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return page.decode("utf-16", "replace")
    if b"\0" in page:
        raise Unreadable("it is no text")
    # bs4 would ask any installed library that guesses encodings. UTF-8 is tried before the declared encoding, which is
    # wrong more often than text in another encoding is valid UTF-8.
    for encoding in ("utf-8-sig", EncodingDetector.find_declared_encoding(page, is_html=True) or "utf-8"):
        with suppress(LookupError, UnicodeError):
            return page.decode(encoding)
    return page.decode("windows-1252", "replace")


def _walk(soup: BeautifulSoup) -> Iterator[tuple[bool, PageElement]]:
    """Yield each visible node as it opens, and each tag as it closes; without recursion, for pages of any depth."""
    ahead: list[tuple[bool, PageElement]] = [(True, soup)]
    while ahead:
        opens, node = ahead.pop()
        if opens and isinstance(node, Tag):
            if _is_hidden(node):
                continue
            ahead.append((False, node))
            ahead += [(True, child) for child in reversed(node.contents)]
        yield opens, node


def _is_hidden(tag: Tag) -> bool:
    is_marked = tag.has_attr("hidden") or tag.get("aria-hidden") == "true" or tag.get("role") == "navigation"
    return tag.name in DROPPED or is_marked or bool(NOT_SHOWN.search(str(tag.get("style", ""))))


def _find_base(soup: BeautifulSoup) -> str:
    """Return the base address of a page's relative links, or "" where the page has none."""
    tags = [(soup.select_one(selector), attribute) for selector, attribute in BASES.items()]
    named = [str(tag.get(attribute, "")).strip() for tag, attribute in tags if tag]
    comments = (str(node) for node in soup.descendants if isinstance(node, Comment))
    saved = [found[1] for comment in comments if (found := SAVED_FROM.search(comment))]
    return next((address for address in [*named, *saved] if WEB.match(address)), "")


def _find_rows(soup: BeautifulSoup) -> tuple[set[int], TableLabels]:
    """Return the `id`s of the table rows that only arrange other blocks, and the headers of the other tables."""
    arranging: set[int] = set()
    labels = TableLabels()
    tables: list[list[Tag]] = []  # those that are open, each with its rows
    rows: list[Tag] = []
    for opens, node in _walk(soup):
        if not isinstance(node, Tag):
            continue
        if node.name in ARRANGED and rows and opens:
            arranging.add(id(rows[-1]))
        if node.name == "tr":
            rows.append(node) if opens else rows.pop()
            if opens and tables:
                tables[-1].append(node)
        elif node.name == "table" and opens:
            tables.append([])
        elif node.name == "table" and not any(id(row) in arranging for row in tables[-1]):
            labels.add_table(tables.pop())
        elif node.name == "table":
            tables.pop()
    return arranging, labels
