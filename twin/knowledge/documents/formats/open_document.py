"""The text of an OpenDocument file (OASIS ODF 1.3): a letter, slides or tables of LibreOffice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element

from ..extraction import Extraction, Unreadable, name_unread
from ..html import html_to_text
from ..unpacking import open_archive
from ..xml_tree import find_all, find_child, get_attribute, local_name, parse_xml
from .open_document_forms import read_controls, read_mark
from .open_document_lists import ListNumbers
from .open_document_styles import find_raised, find_struck

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TAGS = {"table": "table", "table-row": "tr", "p": "p"}
# Comments, deleted text, and what a field or an input shows while it is empty.
DROPPED = {
    "annotation",
    "annotation-end",
    "tracked-changes",
    "note-citation",
    "forms",
    "settings",
    "ruby-text",
    "placeholder",
    "script",
    "index-title-template",
}
DROPPED |= {"sequence-decls", "covered-table-cell", "hidden-text", "hidden-paragraph", "event-listeners"}
MAX_REPEATED = 100  # of one space or cell
WITH_TEXT = {"span", "p", "h", "a"}
UNREAD = {"object": "chart, equation or other object"}


def open_document_to_text(data: bytes) -> Extraction:
    """Return a document's text with its headers and footers. Raises Unreadable, and nearly anything."""
    archive = open_archive(data, ".odt", (".xml",))
    if "content.xml" not in archive.namelist():
        raise Unreadable("it is no .odt")
    if b"manifest:encryption-data" in (
        archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
    ):
        raise Unreadable("it is encrypted")
    root = parse_xml(archive.read("content.xml"))
    styles = parse_xml(archive.read("styles.xml")) if "styles.xml" in archive.namelist() else Element("none")
    writer = _Writer([styles, root])
    body = find_child(root, "body")
    parts = [*_write_masters(writer, styles, "header"), writer.write(body) if body is not None else ""]
    parts += [*writer.notes, *_write_masters(writer, styles, "footer")]
    return Extraction(html_to_text("".join(parts)), name_unread(writer.unread))


def _write_masters(writer: _Writer, styles: Element, kind: str) -> Iterator[str]:
    """Yield each page header or footer once."""
    parts = (writer.write(node) for node in find_all(styles, kind, f"{kind}-first", f"{kind}-left"))
    yield from dict.fromkeys(part for part in parts if part)


class _Writer:
    """Writes the elements of a document as HTML."""

    def __init__(self, roots: list[Element]) -> None:
        styles = {get_attribute(node, "name"): node for root in roots for node in find_all(root, "style")}
        self._hidden = _find_hidden(roots)
        self._bold = {name for name, style in styles.items() if _is_bold_heading(name, style)}
        self._struck, self._raised = find_struck(styles), find_raised(styles)
        self._lists = ListNumbers(roots)
        self._controls = {key: text for root in roots for key, text in read_controls(root).items()}
        self.unread: Counter[str] = Counter()
        self.notes: list[str] = []

    def write(self, node: Element) -> str:
        """Return an element as HTML. Raises RecursionError where it is nested too deeply."""
        name = local_name(node)
        style = get_attribute(node, "style-name")
        if name in DROPPED or (_family(name), style) in self._hidden or _is_switched_off(node):
            return ""
        if name == "control":
            return self._controls.get(get_attribute(node, "control"), "")
        if name == "fieldmark":
            return read_mark(node)
        if style in self._struck and name in WITH_TEXT and "".join(node.itertext()).strip():
            self.unread["struck-through passage"] += 1
            return ""
        if name in UNREAD and not any(True for _ in find_all(node, "p")):
            self.unread[UNREAD[name]] += 1
            return ""
        if name == "note":
            self.notes.append(f"<p>{self._write_inside(node)}</p>")
            return " "
        if name == "list":
            return self._lists.open(node) + self._write_inside(node) + self._lists.close()
        if name == "list-item":
            return f"{self._lists.count(node)}{self._write_inside(node)}</li>"
        return self._wrap(name, node, self._write_inside(node))

    def _wrap(self, name: str, node: Element, text: str) -> str:
        if name == "s":
            return " " * _count(node, "c")
        if name in ("tab", "line-break"):
            return "<br>" if name == "line-break" else " "
        if name == "h":
            level = min(_count(node, "outline-level"), 6)
            return f"<h{level}>{text}</h{level}>"
        if name == "a":
            return f'<a href="{escape(get_attribute(node, "href"))}">{text}</a>'
        if name == "table-header-rows":
            return f"<thead>{text}</thead>"
        if name == "table-cell":
            spans = (
                f' colspan="{_count(node, "number-columns-spanned")}" rowspan="{_count(node, "number-rows-spanned")}"'
            )
            return f"<td{spans}>{text}</td>" * min(_count(node, "number-columns-repeated"), MAX_REPEATED if text else 1)
        if name == "p" and get_attribute(node, "style-name") in self._bold:
            text = f"<b>{text}</b>"
        tag = self._raised.get(get_attribute(node, "style-name")) if name == "span" and text else TAGS.get(name)
        return f"<{tag}>{text}</{tag}>" if tag else text

    def _write_inside(self, node: Element) -> str:
        parts = [escape(node.text or "")]
        for child in node:
            parts += [self.write(child), escape(child.tail or "")]
        return "".join(parts)


def _count(node: Element, name: str) -> int:
    value = get_attribute(node, name, "1")
    return min(max(int(value), 1), MAX_REPEATED) if value.isascii() and value.isdigit() else 1


def _family(name: str) -> str:
    """Return the family of the styles that an element has (ODF 1.3-3, 19.480)."""
    return {"span": "text", "a": "text", "p": "paragraph", "h": "paragraph"}.get(name, name)


def _find_hidden(roots: list[Element]) -> set[tuple[str, str]]:
    """Return the family and name of each style that hides text, by itself or by one that it is based on."""
    styles = {
        (get_attribute(node, "family"), get_attribute(node, "name")): node
        for root in roots
        for node in find_all(root, "style")
    }
    shows = {key: shown for key, style in styles.items() if (shown := _shows(style))}
    hidden: set[tuple[str, str]] = set()
    for family, name in styles:
        above: list[str] = []  # which may be based on each other in a circle
        while name not in above and (family, name) in styles and (family, name) not in shows:
            above.append(name)
            name = get_attribute(styles[family, name], "parent-style-name")
        if shows.get((family, name)) == "none":
            hidden.update((family, own) for own in [*above, name])
    return hidden


def _shows(style: Element) -> str:
    """Return what a style says about whether its text is shown; "" where it says nothing."""
    parts = (find_child(style, kind) for kind in ("text-properties", "section-properties"))
    return next((shown for part in parts if (shown := get_attribute(part, "display"))), "")


def _is_switched_off(node: Element) -> bool:
    """Return whether an element is not shown, or is a description, a prompt or a choice that nobody took."""
    name = local_name(node)
    if name == "section" and get_attribute(node, "display") == "condition":
        return get_attribute(node, "is-hidden") == "true"
    marks = (child for child in node if local_name(child) == "hidden-paragraph")
    return (
        get_attribute(node, "display") == "none"
        or get_attribute(node, "visibility") == "collapse"
        or get_attribute(node, "showing-place-holder") == "true"
        or (name in ("title", "desc", "list-item") and not str(node.tag).startswith(TEXT))
        or any(get_attribute(mark, "is-hidden") == "true" for mark in marks)
    )


def _is_bold_heading(name: str, style: Element) -> bool:
    names = {name, get_attribute(style, "parent-style-name")}
    return "Table_20_Heading" in names or get_attribute(find_child(style, "text-properties"), "font-weight") == "bold"
