"""What is filled in in a form: the fields stand on the page as annotations, and not in its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ctypes import byref, c_ushort
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from .fragments import Fragment

HIDDEN = 0b100010  # flags of an annotation (ISO 32000-1, table 165): hidden, or not viewed
PASSWORD = 1 << 13  # flag of a text field (table 228)
BOXES = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
LISTS = (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
NEAR = 3.0  # font sizes between a field and its label
MAX_CHARACTERS = 1_000_000  # of a field
MAX_FIELDS = 1000  # of a page, whose labels are looked for


@dataclass(frozen=True)
class Field:
    """A field with a value, or a text that was put on the page; in points."""

    name: str
    value: str
    left: float
    bottom: float
    right: float
    top: float
    is_box: bool = False  # to be ticked: its label stands at its right


def find_fields(document: Any, page: Any) -> list[Field]:
    """Return the fields of a page that are filled in, and the texts that were put on it."""
    found = []
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        if annotation := pdfium.FPDFPage_GetAnnot(page, index):
            found += list(_read_annotation(document.formenv, annotation))
            pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _read_annotation(form: Any, annotation: Any) -> Iterator[Field]:
    kind, rect = pdfium.FPDFAnnot_GetSubtype(annotation), pdfium.FS_RECTF()
    if pdfium.FPDFAnnot_GetFlags(annotation) & HIDDEN or not pdfium.FPDFAnnot_GetRect(annotation, byref(rect)):
        return
    name, value, is_box = "", "", False
    if kind == pdfium.FPDF_ANNOT_FREETEXT:
        value = _read_string(lambda *room: pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", *room))
    elif kind == pdfium.FPDF_ANNOT_WIDGET and form:
        is_box = pdfium.FPDFAnnot_GetFormFieldType(form, annotation) in BOXES
        name, value = _read_name(form, annotation), _read_value(form, annotation)
    if value.strip():
        yield Field(name, value.strip(), rect.left, rect.bottom, rect.right, rect.top, is_box)


def _read_name(form: Any, annotation: Any) -> str:
    """Return what a field's tooltip says, or its name."""
    tooltip = _read_string(lambda *room: pdfium.FPDFAnnot_GetFormFieldAlternateName(form, annotation, *room))
    return tooltip or _read_string(lambda *room: pdfium.FPDFAnnot_GetFormFieldName(form, annotation, *room))


def _read_value(form: Any, annotation: Any) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in BOXES:
        return "[x]" if pdfium.FPDFAnnot_IsChecked(form, annotation) else "[ ]"
    if kind in LISTS:
        chosen = [
            _read_string(lambda *room, at=index: pdfium.FPDFAnnot_GetOptionLabel(form, annotation, at, *room))
            for index in range(pdfium.FPDFAnnot_GetOptionCount(form, annotation))
            if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, index)
        ]
        if chosen:
            return ", ".join(chosen)
    is_text = kind == pdfium.FPDF_FORMFIELD_TEXTFIELD
    if is_text and pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & PASSWORD:
        return ""
    if is_text or kind in LISTS:
        return _read_string(lambda *room: pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, *room))
    return ""


def _read_string(read: Callable[..., int]) -> str:
    """Return the UTF-16 text that a function of PDFium writes into a buffer; its length is in bytes."""
    length = read(None, 0)
    if not 2 < length <= MAX_CHARACTERS * 2:
        return ""
    buffer = (c_ushort * (length // 2))()
    read(buffer, length)
    return bytes(buffer)[: length - 2].decode("utf-16-le", "replace").replace("\r\n", "\n").replace("\r", "\n")


def place_fields(fields: list[Field], fragments: list[Fragment]) -> None:
    """Add the fields to a page's fragments, each beside its label, or below; without one, at the end with its name."""
    for field in fields:
        index = _find_label(field, fragments) if len(fields) <= MAX_FIELDS else None
        if index is None:
            size = min(field.top - field.bottom, 10.0)
            text = f"{field.value} {field.name}" if field.is_box else f"{field.name}: {field.value}".removeprefix(": ")
            fragments.append(Fragment(text, field.left, field.right, field.bottom, size))
            continue
        label = fragments[index]
        is_beside = _is_on_line(field, label)
        y = label.y if is_beside else field.top - label.size
        at = index if field.is_box and is_beside and label.left >= field.right - 1 else index + 1
        fragments.insert(at, Fragment(field.value, field.left, field.right, y, label.size))


def _is_on_line(field: Field, label: Fragment) -> bool:
    return field.bottom - 0.3 * label.size <= label.y <= field.top


def _find_label(field: Field, fragments: list[Fragment]) -> int | None:
    """Return the nearest fragment beside a field: at a box's right, else at its left, else above."""
    best: tuple[float, int] | None = None
    for index, fragment in enumerate(fragments):
        distance = _measure(field, fragment)
        if distance is not None and (best is None or distance < best[0]):
            best = distance, index
    return best[1] if best else None


def _measure(field: Field, label: Fragment) -> float | None:
    """Return how far a label is from a field, in points, the places where labels mostly stand first."""
    if label.turn:
        return None
    if _is_on_line(field, label):
        after, before = label.left - field.right, field.left - label.right
        if field.is_box:
            return after if -1 <= after < NEAR * label.size else None
        return before if before >= -1 else None
    above = label.y - field.top
    is_over = label.left < field.right and field.left < label.right
    if not field.is_box and is_over and -1 <= above < NEAR * label.size:
        return 1000 + above
    return None
