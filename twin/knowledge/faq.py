"""Questions that the owner has answered word for word."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from ..text.invisible import strip_invisible
from ..text.words import split_words

FAQ_FILE = "faq.jsonl"
MAX_FAQ_QUESTION = 4_000  # characters; to fold a longer message takes its time

NotBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Entry(BaseModel):
    """A line of faq.jsonl; other fields are the owner's own."""

    question: NotBlank
    answer: NotBlank
    aliases: list[str] | None = None


@dataclass(frozen=True)
class Faq:
    """The owner's answers, by folded question; the first of two for one question counts."""

    answers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Faq:
        """Return the answers of `entries`, under each question and alias."""
        answers: dict[str, str] = {}
        for entry in entries:
            for question in (entry.question, *(entry.aliases or ())):
                if folded := fold_question(question):
                    answers.setdefault(folded, entry.answer)
        return cls(answers)

    def find_answer(self, question: str) -> str | None:
        """Return the answer to a question that equals one of the owner's but for case, spaces and punctuation.

        A message of more than MAX_FAQ_QUESTION characters has none.
        """
        return self.answers.get(fold_question(question)) if self.answers and len(question) <= MAX_FAQ_QUESTION else None


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
    """Return the entries as text, as the model is sent them."""
    return "\n\n".join(f"Question: {entry.question}\nAnswer: {entry.answer}" for entry in entries)


def fold_question(question: str) -> str:
    """Return a question without case, spaces and punctuation: equal ones ask the same."""
    return "".join(split_words(question))
