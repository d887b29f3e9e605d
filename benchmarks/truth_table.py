"""The table of `make bench-truth`: of how many answers something is so, and how many it should be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]

TWINS = Path(__file__).resolve().parent / "twins"
GOALS = {  # the least share, or as a negative number the highest; in the documents' language and in another one
    "answered, called unknown": (-0.05, -0.05),
    "unknown, called so": (0.8, 0.8),
    "unknown, marked by the model, called so": (1.0, 1.0),
    "small talk, called unknown": (-0.05, -0.05),
    "true short, with a source": (0.9, 0.6),
    "true free, with a source": (0.8, 0.5),
    "false, with a source": (-0.1, -0.1),
    "leading questions, with a source": (0.0, 0.0),
    "private words, dressed, out": (-0.1, -0.1),
    "FAQ questions in other dress, answered": (0.6, 0.6),
    "near misses of the FAQ, answered": (0.0, 0.0),
    "texts without a foreign contact, changed": (0.0, 0.0),
    "foreign contacts, shown": (0.0, 0.0),
}
MARKED_GOALS = {"false, marked": {"en": 0.8, "de": 0.6}, "true, marked": {"en": -0.02, "de": -0.04}}


@dataclass(frozen=True)
class Line:
    """One row of the table: of how many answers something is so."""

    what: str
    language: str
    found: int
    total: int
    goal: float | None

    @property
    def holds(self) -> bool:
        """Whether the goal is met, where there is one."""
        if self.goal is None:
            return True
        return self.found <= -self.goal * self.total if self.goal <= 0 else self.found >= self.goal * self.total

    def __str__(self) -> str:
        share = self.found / self.total
        goal = "" if self.goal is None else f"at {'most' if self.goal <= 0 else 'least'} {abs(self.goal):.0%}"
        sign = " " if self.holds else "!"
        return f"{sign} {self.what:42} {self.language:5} {self.found:4} of {self.total:3} {share:5.0%}  {goal}"


@dataclass
class Table:
    """The rows of one twin."""

    language: str  # of the documents
    counts: dict[tuple[str, str], list[bool]] = field(default_factory=dict)

    def add(self, what: str, language: str, value: bool) -> None:
        """Count one answer."""
        self.counts.setdefault((what, language), []).append(value)

    def lines(self) -> Iterator[Line]:
        """Yield the rows."""
        for (what, language), found in sorted(self.counts.items()):
            own, other = GOALS.get(what, (None, None))
            goal = (
                MARKED_GOALS[what].get(language)
                if what in MARKED_GOALS
                else own
                if language == self.language
                else other
            )
            yield Line(what, language, sum(found), len(found), goal)


def read_rows(path: Path) -> list[Row]:
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if path.exists()
        else []
    )


def as_row(line: Any) -> Row:
    """Return a line as JSON has it."""
    return dict(vars(line)) | ({"holds": line.holds} if isinstance(line, Line) else {})
