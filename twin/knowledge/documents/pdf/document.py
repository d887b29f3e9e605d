"""Read a PDF page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ..extraction import MAX_BYTES, Extraction, Unreadable
from .bidi import count_directions
from .columns import order_rows, write_row
from .fields import find_fields, place_fields
from .fragments import make_fragments
from .glyphs import Glyph, read_glyphs
from .joining import find_full, join_lines
from .links import find_links, simplify, write_links
from .quality import describe_loss

BROKEN = "it is broken, or no PDF"
XFA = (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND)


@dataclass
class _Reading:
    """What has been read of a document so far."""

    pages: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)  # of links, which are written once
    unmapped: int = 0  # words whose font does not say which letters they have
    textless: int = 0  # pages that show something, and hold no text
    broken: int = 0  # pages that cannot be opened


def pdf_to_text(data: bytes) -> Extraction:
    """Return the pages' texts, with the targets of links and what is filled in in forms. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(data)
        document.init_forms()
    except pypdfium2.PdfiumError as error:
        raise Unreadable(_explain(error)) from error
    reading = _Reading()
    characters = 0
    for index in range(len(document)):
        _read_page(document, index, reading)
        characters += len(reading.pages[-1])
        if characters > MAX_BYTES:  # which is refused; there may be many more
            break
    if not any(map(str.strip, reading.pages)):
        raise Unreadable(BROKEN if reading.broken else "it holds no text (a scan?)")
    is_latex = "TeX" in document.get_metadata_value("Producer") + document.get_metadata_value("Creator")
    lost = describe_loss(reading.pages, reading.unmapped, reading.textless, is_latex=is_latex)
    if reading.broken:
        lost += (f"{reading.broken} of {len(reading.pages)} pages cannot be opened",)
    if document.get_formtype() in XFA:
        lost += ("its form is of Adobe's own kind (XFA), whose fields are not read: print it into a PDF",)
    return Extraction("\n\n".join(reading.pages), lost)


def _explain(error: pypdfium2.PdfiumError) -> str:
    if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return "it is encrypted"
    return BROKEN


def _read_page(document: Any, index: int, reading: _Reading) -> None:
    try:
        page = document[index]
    except pypdfium2.PdfiumError:  # of a page alone that is broken
        reading.pages.append("")
        reading.broken += 1
        return
    text_page = page.get_textpage()
    glyphs = read_glyphs(text_page.raw)
    reading.unmapped += sum(glyph.is_unmapped for glyph in glyphs if glyph.has_space_before)
    text = _write_page(document, page.raw, glyphs, reading)
    reading.textless += not text and pdfium.FPDFPage_CountObjects(page.raw) > 0
    reading.pages.append(text)
    text_page.close()
    page.close()


def _write_page(document: Any, page: Any, glyphs: list[Glyph], reading: _Reading) -> str:
    left, right = count_directions("".join(glyph.text for glyph in glyphs))
    links = find_links(document, page)
    bare = write_links(links, glyphs, reading.addresses)
    fragments = make_fragments(glyphs, is_page_from_right=right > left / 2)
    place_fields(find_fields(document, page), fragments)
    rows = order_rows(fragments, is_from_right=right > left / 2)
    lines = [write_row(row) for row in rows]
    lines = join_lines(lines, {simplify(link.address) for link in links}, find_full(rows))
    if bare:
        lines.append(f"Links: {' '.join(bare)}")
    return "\n".join(lines)
