"""Where the links of a page lead, written behind their words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from ctypes import byref, c_int, create_string_buffer
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pypdfium2.raw as pdfium

from ..links import resolve_link
from .glyphs import Glyph

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points


@dataclass(frozen=True)
class Link:
    """An address, and the boxes of the words that lead there: one for each line."""

    address: str
    boxes: list[Box]


def find_links(document: Any, page: Any) -> list[Link]:
    """Return the links of a page to web addresses, mail addresses and phone numbers."""
    found = [(resolve_link(uri), box) for uri, box in _walk(document, page)]
    groups = groupby(found, key=lambda link: link[0])
    return [Link(address, [box for _, box in group]) for address, group in groups if address]


def _walk(document: Any, page: Any) -> Iterator[tuple[str, Box]]:
    position, link, rect = c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    while pdfium.FPDFLink_Enumerate(page, byref(position), byref(link)):
        action = pdfium.FPDFLink_GetAction(link)
        length = pdfium.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        if length and pdfium.FPDFLink_GetAnnotRect(link, byref(rect)):
            buffer = create_string_buffer(length)
            pdfium.FPDFAction_GetURIPath(document, action, buffer, length)
            yield _decode(buffer.value), _sort_box(rect.left, rect.bottom, rect.right, rect.top)


def _sort_box(left: float, bottom: float, right: float, top: float) -> Box:
    """Return a box whose corners may be the other two."""
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _decode(uri: bytes) -> str:
    try:
        return uri.decode()
    except UnicodeDecodeError:
        return uri.decode("latin-1")


def write_links(links: list[Link], glyphs: list[Glyph], known: set[str]) -> list[str]:
    """Add each address to `glyphs` behind its words, unless they say it; return those of links without words.

    An address is written once in a document: then it is `known`.
    """
    order = sorted((index for index, glyph in enumerate(glyphs) if not glyph.turn), key=lambda index: glyphs[index].y)
    levels = [glyphs[index].y for index in order]
    added: list[tuple[int, Glyph]] = []
    bare: list[str] = []
    for link in links:
        if link.address in known:
            continue
        known.add(link.address)
        inside = sorted({index for box in link.boxes for index in _find_inside(box, glyphs, order, levels)})
        if not inside:
            bare.append(link.address)
        elif not _complete(link.address, [glyphs[index] for index in inside]):
            end = _find_end(inside[-1], glyphs)
            last = glyphs[end]
            text = f"({link.address})"
            added.append((end + 1, Glyph(text, last.right, last.right, last.y, last.size, has_space_before=True)))
    for index, glyph in sorted(added, key=lambda place: -place[0]):
        glyphs.insert(index, glyph)
    return bare


def _complete(address: str, glyphs: list[Glyph]) -> bool:
    """Make words that say an address say all of it, with its scheme; return whether they say it."""
    said = "".join(glyph.text for glyph in glyphs).casefold()
    whole = address.casefold().rstrip("/")
    if whole in said:
        return True
    scheme, separator, rest = whole.partition("://")
    if not separator or not said.startswith(rest):
        return False
    glyphs[0].text = f"{scheme}://{glyphs[0].text}"
    return True


def _find_end(index: int, glyphs: list[Glyph]) -> int:
    """Return the position of the last glyph of a word."""
    y = glyphs[index].y
    while index + 1 < len(glyphs) and not glyphs[index + 1].has_space_before and glyphs[index + 1].y == y:
        index += 1
    return index


def _find_inside(box: Box, glyphs: list[Glyph], order: list[int], levels: list[float]) -> list[int]:
    """Return the positions of the glyphs in a box; `order` sorts them by `levels`, their baselines."""
    left, bottom, right, top = box
    lines: defaultdict[int, list[int]] = defaultdict(list)
    for index in order[bisect_left(levels, bottom - 1) : bisect_right(levels, top)]:
        glyph = glyphs[index]
        if left <= glyph.middle <= right and glyph.y < top - glyph.size / 3:
            lines[round(glyph.y)].append(index)
    longest = max(lines.values(), key=len, default=[])
    if longest and top - bottom > 2 * glyphs[longest[0]].size:
        return [index for line in lines.values() for index in line]
    return longest  # a line that reaches into the box is none of it


def simplify(address: str) -> str:
    """Return an address without what people leave out where they write it."""
    return address.casefold().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
