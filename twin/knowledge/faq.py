"""Questions that the owner has answered word for word."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, StringConstraints, ValidationError

from ..text.invisible import strip_invisible
from ..text.words import split_words

FAQ_FILE = "faq.jsonl"
MOST_CHARACTERS = 4_000

NotBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Entry(BaseModel):
    """A line of faq.jsonl; other fields are the owner's own."""

    question: NotBlank
    answer: NotBlank
    aliases: list[str] | None = None


@dataclass(frozen=True)
class Faq:
    """The owner's answers, by folded question; of two for the same the first counts."""

    answers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Faq:
        """Return the answers of `entries`."""
        answers: dict[str, str] = {}
        for entry in entries:
            for question in (entry.question, *(entry.aliases or ())):
                if folded := fold_question(question):
                    answers.setdefault(folded, entry.answer)
        return cls(answers)

    def find_answer(self, question: str) -> str | None:
        """Return the answer to a question that is equal to one of them but for case, spaces and punctuation.

        None is as long as MOST_CHARACTERS: to fold a message of that length takes its time.
        """
        return self.answers.get(fold_question(question)) if self.answers and len(question) <= MOST_CHARACTERS else None


def read_entries(text: str) -> tuple[list[Entry], list[int]]:
    """Return the entries of a faq.jsonl, and the numbers of the lines that are none."""
    entries, broken = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                plain = json.dumps(json.loads(line), ensure_ascii=False)  # in which nothing hides as an escape
                entries.append(Entry.model_validate_json(strip_invisible(plain)))
            except (ValueError, ValidationError, RecursionError):
                broken.append(number)
    return entries, broken


def write_entries(entries: Iterable[Entry]) -> str:
    """Return them as the model reads them."""
    return "\n\n".join(f"Question: {entry.question}\nAnswer: {entry.answer}" for entry in entries)


def fold_question(question: str) -> str:
    """Return a question without what does not matter for what it asks."""
    return "".join(split_words(question))
