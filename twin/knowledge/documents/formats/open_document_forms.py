"""The values in the forms of an OpenDocument file (ODF 1.3, 13), and in LibreOffice's fields of Word's forms."""

from __future__ import annotations

from html import escape
from xml.etree.ElementTree import Element

from ..xml_tree import find_all, get_attribute, local_name

CHECKED, UNCHECKED = "☒", "☐"
TYPED = {"text", "textarea", "formatted-text", "number", "date", "time", "combobox", "file"}
CHOSEN = {"checkbox": "current-state", "radio": "current-selected"}


def read_controls(root: Element) -> dict[str, str]:
    """Return, as HTML, the values that the controls of all forms show, by the controls' IDs."""
    controls = (node for forms in find_all(root, "forms") for node in find_all(forms, *TYPED, *CHOSEN, "listbox"))
    return {get_attribute(node, "id"): escape(_read_value(node)) for node in controls}


def read_mark(mark: Element) -> str:
    """Return what a field of Word's forms shows, as HTML."""
    values: dict[str, list[str]] = {}
    for node in find_all(mark, "param"):
        values.setdefault(get_attribute(node, "name").rpartition("_")[2], []).append(get_attribute(node, "value"))
    if get_attribute(mark, "type").endswith("FORMCHECKBOX"):
        return CHECKED if values.get("Checked") == ["true"] else UNCHECKED
    place = "".join(values.get("Selected", ()))
    entries = values.get("ListEntry", [])
    return escape(entries[int(place)]) if place.isdecimal() and int(place) < len(entries) else ""


def _read_value(control: Element) -> str:
    name = local_name(control)
    if name in CHOSEN:
        is_chosen = get_attribute(control, CHOSEN[name]) in ("checked", "true")
        return f"{CHECKED if is_chosen else UNCHECKED} {get_attribute(control, 'label')}"
    if name == "listbox":
        options = (node for node in find_all(control, "option") if get_attribute(node, "current-selected") == "true")
        return ", ".join(get_attribute(node, "label") for node in options)
    paragraphs = [" ".join("".join(node.itertext()).split()) for node in find_all(control, "p")]
    return get_attribute(control, "current-value") or get_attribute(control, "value") or "\n".join(paragraphs)
