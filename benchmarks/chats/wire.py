"""What the scripted model is told in a question, and tells in an answer: how long it took itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

DIGITS, LETTERS = b"0123456789", b"abcdefghij"  # an answer's digits might be a telephone number, which is looked at
TO_LETTERS, TO_DIGITS = bytes.maketrans(DIGITS, LETTERS), bytes.maketrans(LETTERS, DIGITS)
PLAN = re.compile(rb"wait=([\d.]+) words=(\d+) every=([\d.]+)")


@dataclass(frozen=True)
class Plan:
    """How the model answers one question: all `words` after `wait` seconds, or one each `every` seconds from then."""

    wait: float
    words: int = 100
    every: float = 0.0

    @property
    def message(self) -> str:
        """The question that asks for it."""
        return f"Who are you, and what do you do? (wait={self.wait:g} words={self.words} every={self.every:g})"

    @property
    def seconds(self) -> float:
        """What the model takes for it, as a stream."""
        return self.wait + (self.words - 1) * self.every

    @classmethod
    def read(cls, body: bytes) -> Plan:
        """Return the last plan in a request's body."""
        *_, (wait, words, every) = PLAN.findall(body)
        return cls(float(wait), int(words), float(every))


def spell(microseconds: float) -> bytes:
    """Return a number as a word."""
    return str(round(microseconds)).encode().translate(TO_LETTERS)


def unspell(word: bytes) -> int:
    """Return the number that a word is."""
    return int(word.translate(TO_DIGITS))
