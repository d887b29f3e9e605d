"""The complex fields of Word (ISO/IEC 29500-1, 17.16.18): what they show, without the instructions that make it."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ..xml_tree import find_all, get_attribute, local_name

FIELD_PARTS = {"fldChar", "instrText"}


class _Field:
    """A field that is open."""

    def __init__(self) -> None:
        self.is_instruction = True  # until its separator
        self.instruction = ""
        self.marks: list[Element] = []
        self.inner: list[Element] = []  # content of the instruction, such as other fields


def drop_instructions(root: Element) -> None:
    """Drop the instructions of fields, of which only HYPERLINK is known to mammoth; their results stay."""
    fields: list[_Field] = []
    dropped: set[int] = set()
    for node in [part for run in find_all(root, "r") for part in run]:
        kind = get_attribute(node, "fldCharType") if local_name(node) == "fldChar" else ""
        if kind == "begin":
            fields.append(_Field())
        if fields:
            outer = next((other for other in fields[:-1] if other.is_instruction), None)
            if outer:
                outer.inner.append(node)
            _add(fields[-1], node)
            if kind in ("separate", "end"):
                dropped |= _end(fields[-1], is_last=kind == "end", is_within=outer is not None)
            if kind == "end":
                fields.pop()
    for run in list(find_all(root, "r")):
        run[:] = [part for part in run if id(part) not in dropped]


def _add(field: _Field, node: Element) -> None:
    if local_name(node) in FIELD_PARTS:
        field.marks.append(node)
        field.instruction += (node.text or "") if field.is_instruction else ""
    elif field.is_instruction:
        field.inner.append(node)


def _end(field: _Field, *, is_last: bool, is_within: bool) -> set[int]:
    """Return the `id`s of what is dropped where a field's instruction ends, or all of it."""
    dropped: set[int] = set()
    if field.is_instruction:
        field.is_instruction = False
        dropped |= {id(part) for part in field.inner if local_name(part) != "rPr"}
    if is_last and (is_within or not field.instruction.strip().upper().startswith("HYPERLINK")):
        dropped |= set(map(id, field.marks))
    return dropped
