"""The lines of faq.jsonl: questions that the owner has answered word for word."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from ...text.invisible import strip_invisible
from ..passages import FAQ_TITLE

__all__ = ["FAQ_FILE", "FAQ_TITLE", "Entry", "read_entries", "write_entries"]

FAQ_FILE = "faq.jsonl"

NotBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Entry(BaseModel):
    """A line of faq.jsonl; other fields are the owner's own."""

    question: NotBlank
    answer: NotBlank
    aliases: list[str] | None = None


def read_entries(text: str) -> tuple[list[Entry], list[int]]:
    """Return the entries of a faq.jsonl, and the numbers of its invalid lines."""
    entries, broken = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                plain = json.dumps(json.loads(line), ensure_ascii=False)  # no invisible character hides as an escape
                entries.append(Entry.model_validate_json(strip_invisible(plain)))
            except (ValueError, RecursionError):
                broken.append(number)
    return entries, broken


def write_entries(entries: Iterable[Entry]) -> str:
    """Return the entries as text, as the model is sent them: each answer under its question as a heading."""
    return "\n\n".join(f"# {' '.join(entry.question.split())}\n{entry.answer}" for entry in entries)
