"""The values of the form fields in a Word file that have no text of their own (ISO/IEC 29500-1, 17.16.17)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ..xml_tree import find_all, find_child, get_attribute
from .styles import is_on

CHECKED, UNCHECKED = "☒", "☐"


def read_form_field(run: Element) -> str:
    """Return what a check box or a list shows whose field begins in a run; "" for other runs."""
    data = find_child(run, "fldChar", "ffData")
    box, choice = find_child(data, "checkBox"), find_child(data, "ddList")
    if box is not None:
        own = is_on(box, "checked")
        return CHECKED if own or (own is None and is_on(box, "default")) else UNCHECKED
    if choice is None:
        return ""
    entries = [get_attribute(node, "val") for node in find_all(choice, "listEntry")]
    place = get_attribute(find_child(choice, "result"), "val") or get_attribute(
        find_child(choice, "default"), "val", "0"
    )
    return entries[int(place)] if place.isdecimal() and int(place) < len(entries) else ""
