"""The readers of each kind of document; only the libraries of the one that is read are imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from .extraction import PLAIN, READ_MEMORY, Extraction, Fields, Unreadable, tidy

# By the kind: the module and the function that read its bytes.
READERS = {
    ".pdf": "pdf.pdf_to_text",
    ".docx": "word.word_to_text",
    ".odt": "formats.open_document.open_document_to_text",
    ".rtf": "formats.rich_text.rich_text_to_text",
    ".epub": "formats.book.book_to_text",
    ".pptx": "formats.slides.slides_to_text",
    ".xlsx": "formats.spreadsheet.spreadsheet_to_text",
    ".eml": "formats.mail.mail_to_text",
    ".mhtml": "formats.mail.saved_page_to_text",
    ".mht": "formats.mail.saved_page_to_text",
    ".html": "html.page_to_text",
    ".htm": "html.page_to_text",
    ".xhtml": "html.page_to_text",
}
# Those that read text, whatever its encoding.
READERS_OF_TEXT = {
    ".csv": "formats.delimited.csv_to_text",
    ".rst": "formats.restructured.restructured_to_text",
    ".org": "formats.org.org_to_markdown",
    ".yaml": "formats.outline.yaml_to_text",
    ".yml": "formats.outline.yaml_to_text",
    ".ipynb": "formats.notebook.notebook_to_text",
}


def read_document(kind: str, data: bytes) -> Extraction:
    """Return the text of a document, tidied. Raises Unreadable for any fault of the file."""
    try:
        found = _read_kind(kind, data)
        return found if found.fields.is_draft else replace(found, text=tidy(found.text))
    except Unreadable:
        raise
    except ModuleNotFoundError as error:
        raise Unreadable(f"reading it needs {error.name}: pip install -r requirements.txt") from error
    except MemoryError as error:
        raise Unreadable(f"reading it takes more than {READ_MEMORY // 10**9} GB of memory") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except Exception as error:  # a broken file makes these libraries raise nearly anything
        raise Unreadable(f"it is broken ({type(error).__name__})") from error


def _read_kind(kind: str, data: bytes) -> Extraction:
    if kind == ".zip":
        from .archives import archive_to_text

        return archive_to_text(data, read_document)
    if kind in READERS:
        found = _find(READERS[kind])(data)
        return found if isinstance(found, Extraction) else Extraction(found)
    return _read_text(kind, data)


def _read_text(kind: str, data: bytes) -> Extraction:
    from .plain.encoding import decode
    from .plain.front_matter import join_fields, read_head, read_settings, read_yaml_fields
    from .plain.text import parse_text

    text, guessed = decode(data)
    lost = (f"its encoding was guessed to be {guessed}: if letters look wrong, save it as UTF-8",) if guessed else ()
    if kind in PLAIN:
        found = parse_text(text, kind)
        return replace(found, lost=lost + found.lost)
    readers = {".csv": lambda _: Fields(), ".yaml": read_yaml_fields, ".yml": read_yaml_fields}
    fields = (readers | {".org": read_settings, ".rst": read_settings}).get(kind, read_head)(text)
    read = _find(READERS_OF_TEXT[kind])(text)
    if not isinstance(read, Extraction):
        return Extraction(read, lost, fields)
    return replace(read, lost=lost + read.lost, fields=join_fields(read.fields, fields))


def _find(name: str) -> Callable[[Any], Any]:
    module, _, function = name.rpartition(".")
    found: Callable[[Any], Any] = getattr(import_module(f".{module}", __package__), function)
    return found
