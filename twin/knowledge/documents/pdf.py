"""The text of a PDF, and the addresses behind its links."""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject

from .extraction import Unreadable
from .links import list_links


def pdf_to_text(data: bytes) -> str:
    """Return the pages' texts, each with its links at its end. Raises Unreadable, and on a broken file nearly anything.

    A CV's links are often the only place where an address stands whole: the text shows a name, or breaks it over lines.
    """
    try:
        pages = PdfReader(BytesIO(data)).pages  # tries the empty password, which files that forbid printing have
        texts = [_read_page(page) for page in pages]
    except (FileNotDecryptedError, DependencyError) as error:  # the second: AES, without the package cryptography
        raise Unreadable("it is encrypted") from error
    if not any(map(str.strip, texts)):
        raise Unreadable("it holds no text (a scan?)")
    known: set[str] = set()
    links = [list_links(_find_links(page), known) for page in pages]
    return "\n\n".join(f"{text}\n{link}" for text, link in zip(texts, links, strict=True))


def _read_page(page: PageObject) -> str:
    text = page.extract_text()  # not `layout`, which puts the lines of two columns next to each other
    text = re.sub("[\ufb00-\ufb06]", lambda ligature: unicodedata.normalize("NFKC", ligature[0]), text)
    return text.replace("\xad", "-")  # as a soft hyphen is shown where a PDF has one; and some have no other


def _find_links(page: PageObject) -> list[str]:
    annotations = _follow(page, "/Annots")
    found = []
    for annotation in annotations if isinstance(annotations, ArrayObject) else ():
        uri = _follow(_follow(annotation, "/A"), "/URI")
        found.append(uri.decode("latin-1") if isinstance(uri, bytes) else str(uri or ""))
    return [uri for uri in found if uri.lower().startswith(("http:", "https:", "mailto:"))]


def _follow(node: PdfObject | None, key: str) -> PdfObject | None:
    """Return the value under a key, with references resolved; None where there is none, or `node` is no dictionary."""
    resolved = node.get_object() if node is not None else None
    value = resolved.get(key) if isinstance(resolved, DictionaryObject) else None
    return value.get_object() if isinstance(value, PdfObject) else None
