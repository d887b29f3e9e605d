"""What a sheet's markup says beside its values (ISO/IEC 29500-1, 18.3.1): hidden rows, links, formulas."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError, XMLParser

from openpyxl.utils import range_boundaries

from ..extraction import Unreadable
from ..office_package import Relations

HYPERLINK = re.compile(r"\s*HYPERLINK\(\s*\"((?:[^\"]|\"\")*)\"(?:\s*[,;]\s*\"((?:[^\"]|\"\")*)\")?", re.IGNORECASE)
NO_SIZE = {"0", "0.0"}
ON = {"1", "true"}
MAX_LINKED = 100  # rows, and columns, of one link

Place = tuple[int, int]  # of a cell: row, column, from 1


@dataclass
class SheetMarks:
    """The marks of one sheet."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # first and last of each range
    links: dict[Place, str] = field(default_factory=dict)  # where they lead
    labels: dict[Place, str] = field(default_factory=dict)  # of links by formulas that no program has computed
    uncomputed: int = 0  # formulas whose values are not saved

    def hides_column(self, column: int) -> bool:
        """Return whether a column is hidden."""
        return any(first <= column <= last for first, last in self.hidden_columns)


def read_marks(data: bytes, relations: Relations) -> SheetMarks:
    """Return the marks of a sheet's part. Raises Unreadable."""
    target = _Target(relations)
    parser = XMLParser(target=target)  # noqa: S314 - without a document type nothing is expanded or fetched
    try:
        parser.feed(data)
        parser.close()
    except ParseError as error:
        raise Unreadable("it is broken (ParseError)") from error
    return target.marks


class _Target:
    """Takes the elements of a sheet as they are parsed: a tree of all would take ten times their size."""

    def __init__(self, relations: Relations) -> None:
        self.marks = SheetMarks()
        self._relations = relations
        self._row = self._column = 0
        self._reference = ""  # of the cell that is open
        self._is_text = False  # whether its formula's result is text, which may be empty
        self._texts: dict[str, list[str]] = {}  # of the cell that is open
        self._open = ""

    def doctype(self, *_: object) -> None:
        raise Unreadable("it is broken (it has a document type)")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            if attributes.get("hidden") in ON or attributes.get("ht") in NO_SIZE:
                self.marks.hidden_rows.add(self._row)
        elif name == "c":
            self._column += 1
            self._reference = attributes.get("r", "")
            self._is_text = attributes.get("t") == "str"
            self._texts = {}
        elif name == "f" or (name in ("v", "t") and self._texts):  # a formula comes before its value
            self._texts[name] = []
            self._open = name
        elif name == "col" and (attributes.get("hidden") in ON or attributes.get("width") in NO_SIZE):
            self.marks.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
        elif name == "hyperlink":
            self._add_link(attributes)

    def data(self, text: str) -> None:
        if self._open:
            self._texts[self._open].append(text)

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name == self._open:
            self._open = ""
        elif name == "c" and "f" in self._texts:
            self._end_formula({key: "".join(parts) for key, parts in self._texts.items()})

    def _end_formula(self, texts: dict[str, str]) -> None:
        column = range_boundaries(self._reference)[0] if self._reference else self._column
        place = (self._row, column or self._column)
        has_value = self._is_text or bool(texts.get("v") or texts.get("t"))
        if found := HYPERLINK.match(texts["f"]):
            self.marks.links[place] = found[1].replace('""', '"')
            if not has_value:
                self.marks.labels[place] = (found[2] or found[1]).replace('""', '"')
        elif not has_value:
            self.marks.uncomputed += 1

    def _add_link(self, attributes: dict[str, str]) -> None:
        key = next((value for name, value in attributes.items() if name.endswith("}id")), "")
        if key not in self._relations:  # it leads to a place in the workbook
            return
        first_column, first_row, last_column, last_row = (edge or 1 for edge in range_boundaries(attributes["ref"]))
        for row in range(first_row, min(last_row, first_row + MAX_LINKED) + 1):
            for column in range(first_column, min(last_column, first_column + MAX_LINKED) + 1):
                self.marks.links[row, column] = self._relations[key][1]
