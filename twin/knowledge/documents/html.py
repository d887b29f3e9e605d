"""The text of a web page, or of a Word file as one: a line for each block, and the addresses behind its links."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import suppress

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from bs4.element import Comment, NavigableString, PageElement, PreformattedString, Tag

from .extraction import Unreadable
from .links import WEB, resolve_link

DROPPED = {"script", "style", "noscript", "template", "svg", "iframe", "nav", "del", "s", "strike"}
HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
PARAGRAPHS = {"p", "pre", "table", "blockquote", *HEADINGS}  # have an empty line before them
SECTIONS = {"html", "head", "title", "body", "header", "main", "article", "section", "aside", "footer"}
PARTS = {"div", "center", "address", "br", "hr", "figure", "figcaption", "details", "summary", "dialog", "search"}
ITEMS = {"ul", "ol", "menu", "li", "dl", "dt", "dd", "caption", "thead", "tbody", "tfoot", "tr"}
FIELDS = {"form", "fieldset", "legend", "button", "select", "option"}
BLOCKS = {*PARAGRAPHS, *SECTIONS, *PARTS, *ITEMS, *FIELDS}
CELLS = {"td", "th"}
# A table row with one of these only arranges the page, or the CV: it is not one line.
ARRANGED = {"table", "ul", "ol", "dl", "pre", *HEADINGS}
BASES = {"base[href]": "href", "link[rel~=canonical]": "href", "meta[property='og:url']": "content"}
SAVED_FROM = re.compile(r"saved from url=\(\d+\)(\S+)")  # a comment that browsers add
NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def html_to_text(page: str | bytes) -> str:
    """Return the visible text of a page, from its title on. Raises Unreadable for binary data, or bs4's exceptions."""
    soup = BeautifulSoup(_decode(page) if isinstance(page, bytes) else page, "html.parser")
    text = _Text(_find_base(soup), _find_arranging_rows(soup))
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


def _find_arranging_rows(soup: BeautifulSoup) -> set[int]:
    """Return the `id`s of the table rows that only arrange other blocks."""
    found: set[int] = set()
    rows: list[Tag] = []
    for opens, node in _walk(soup):
        if isinstance(node, Tag) and node.name == "tr":
            rows.append(node) if opens else rows.pop()
        elif isinstance(node, Tag) and node.name in ARRANGED and rows:
            found.add(id(rows[-1]))
    return found


class _Text:
    """The lines of a page, written tag by tag."""

    def __init__(self, base: str, arranging_rows: set[int]) -> None:
        self._base = base
        self._arranging_rows = arranging_rows
        self._lines: list[str] = []
        self._line: list[str] = []  # the parts of the one that is being written
        self._mark = ""  # that it will begin with
        self._link: tuple[str, int, int] | None = None  # the open one's target, and where it began: a line, a part
        self._rows: list[int] = []  # for those that are open, each being one line: how many cells it has so far
        self._pre = 0  # how many are open

    def write(self, text: str) -> None:
        self._line.append(text)

    def open(self, tag: Tag) -> None:
        name = tag.name
        if name == "a":
            self._close_link()  # links are never within links: a browser ends the first
            self._link = (resolve_link(str(tag.get("href", "")), self._base), len(self._lines), len(self._line))
        elif name in CELLS:
            self._open_cell()
        elif name == "meta" and str(tag.get("name")).lower() == "description":
            self._break_line()
            self.write(str(tag.get("content", "")))
            self._break_line()
        elif name == "sup" and self._line and self._line[-1][-1:].isalnum():
            self.write("^")  # or ten to the sixth would be 106
        elif name in BLOCKS:
            self._open_block(tag)

    def close(self, tag: Tag) -> None:
        name = tag.name
        if name == "a":
            self._close_link()
        elif self._is_row(tag):
            self._end_line()
            self._rows.pop()
        elif name in BLOCKS or name in CELLS:
            self._break_line()
            self._mark = "" if name == "li" or name in HEADINGS else self._mark
        self._pre -= name == "pre"

    def finish(self) -> str:
        self._end_line()
        return "\n".join(self._lines)

    def _is_row(self, tag: Tag) -> bool:
        return tag.name == "tr" and id(tag) not in self._arranging_rows

    def _open_block(self, tag: Tag) -> None:
        self._break_line()
        if self._is_row(tag):
            self._end_line()
            self._rows.append(0)
        elif tag.name in PARAGRAPHS and not self._mark and not self._rows:
            self._lines.append("")
        if tag.name == "li" or tag.name in HEADINGS:
            self._mark = HEADINGS.get(tag.name, "- ")
        self._pre += tag.name == "pre"

    def _open_cell(self) -> None:
        self._break_line()
        if self._rows:
            self.write(" | " if self._rows[-1] else "")
            self._rows[-1] += 1

    def _close_link(self) -> None:
        """Write where the open link leads, unless its text says so."""
        if not self._link:
            return
        (target, line, part), self._link = self._link, None
        label = _squeeze("".join(self._line[part if line == len(self._lines) else 0 :]))
        if target and not label:
            self.write(f" {target} ")
        elif target and (label != _squeeze(target) if WEB.match(target) else _squeeze(target) not in label):
            self.write(f" ({target})")

    def _break_line(self) -> None:
        if self._rows:
            self.write(" ")
        else:
            self._end_line()

    def _end_line(self) -> None:
        text = "".join(self._line)
        self._line.clear()
        text = text.strip("\n") if self._pre else " ".join(text.split())
        if text.strip(" |\n"):
            self._lines.append(self._mark + text)
            self._mark = ""


def _squeeze(text: str) -> str:
    """Return a text without case, and without the separators that addresses and numbers have in some texts only."""
    return re.sub(r"[\s()./-]", "", text).casefold()
