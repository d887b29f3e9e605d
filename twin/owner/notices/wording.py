"""The wording of notices: counts alone, and the visitor's words where the owner wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["asked", "unknown", "conversation", "budget", "model", "digest"]
MAX_WORDS = 300  # characters of a visitor's words in a notice

SENTENCES: dict[str, tuple[str, str]] = {  # of one event, and of several
    "asked": ("A visitor asked you a question.", "Visitors asked you {} questions."),
    "unknown": ("The twin did not know an answer.", "The twin did not know {} answers."),
    "conversation": ("A conversation began.", "{} conversations began."),
    "budget": ("The day's budget is spent: visitors get no answer until midnight UTC.",) * 2,
    "model": ("The model did not answer a visitor.", "The model did not answer {} times."),
}
PLACES = {
    "asked": "It waits in the inbox of your desk.",
    "unknown": "See the desk, or `flask twin gaps`.",
    "conversation": "See the desk.",
    "budget": "See `flask twin spend`.",
    "model": "See the service's log, or `flask twin check`.",
}


@dataclass(frozen=True)
class Day:
    """The counts of a digest; `tokens` and `usd` are those of the days it touches, None where nothing is counted."""

    conversations: int
    unknown: int
    unsupported: int
    asked: int
    tokens: int | None
    usd: float | None


def write_notice(kind: str, number: int, words: str) -> tuple[str, str]:
    """Return the title and the body of a notice of `number` events; `words` are a visitor's, or empty."""
    one, many = SENTENCES[kind]
    sentence = one if number == 1 else many.format(number)
    quoted = " ".join(words.split())
    if len(quoted) > MAX_WORDS:
        quoted = quoted[:MAX_WORDS] + "…"
    return f"Twin: {sentence}", "\n".join([PLACES[kind], *([f"“{quoted}”"] if quoted else [])])


def write_digest(day: Day) -> tuple[str, str]:
    """Return the title and the body of a digest."""
    cost = [] if day.tokens is None else [f"Tokens: {day.tokens:,}"]
    cost += [f"Cost: {day.usd:.2f} USD"] if day.usd else []
    lines = [
        f"Conversations: {day.conversations}",
        f"Not known: {day.unknown}",
        f"Answers with something unsupported: {day.unsupported}",
        f"Questions to you: {day.asked}",
        *cost,
    ]
    return "Twin: what happened since yesterday", "\n".join(lines)
