"""What dresses a question in one language: greetings, frames, fillers, and other spellings of its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .tokens import fold_accents


def _keep(tokens: list[str]) -> list[str]:
    return tokens


@dataclass(frozen=True)
class Language:
    """The dress of one language; each pattern is of folded words with one space between."""

    code: str = ""  # ISO 639-1; empty for any other language
    telling: frozenset[str] = frozenset()  # words that the language is told by
    spelled: dict[str, str] = field(default_factory=dict)  # word: the same in full
    rewritten: tuple[tuple[re.Pattern[str], str], ...] = ()
    fillers: re.Pattern[str] | None = None
    opening: re.Pattern[str] | None = None  # at the beginning
    frame: re.Pattern[str] | None = None  # after it, before an indirect question
    knowing: re.Pattern[str] | None = None  # a frame such as “do you know”, which the owner's question means
    closing: re.Pattern[str] | None = None  # at the end
    asking: re.Pattern[str] | None = None  # the question words at the beginning
    prepositions: frozenset[str] = frozenset()
    adverbial: frozenset[str] = frozenset()  # those of time and place, whose phrases may change places
    copulas: frozenset[str] = frozenset()  # verbs that say the same with their two sides exchanged, and of cost
    fold: Callable[[str], str] = fold_accents  # of a word in lower case
    inflect: Callable[[list[str]], list[str]] = _keep  # of the words as they are written


def read_table(text: str) -> dict[str, str]:
    """Return the pairs of a table with lines such as `u: you` or `ne: eine; nen: einen`."""
    pairs = (pair.split(":") for line in text.strip().splitlines() for pair in line.split(";") if ":" in pair)
    return {short.strip(): full.strip() for short, full in pairs}


def match_start(text: str) -> re.Pattern[str]:
    """Return a pattern of these phrases, separated by white space of more than a space or by lines, at the start."""
    return re.compile(f"(?:{_join(text)})(?: |$)")


def match_end(text: str) -> re.Pattern[str]:
    """Return the same at the end."""
    return re.compile(f"(?:^| )(?:{_join(text)})$")


def match_anywhere(text: str) -> re.Pattern[str]:
    """Return the same anywhere."""
    return re.compile(f"(?<!\\S)(?:{_join(text)})(?: |$)")


def match_frame(text: str, asking: str, whether: str, but: str = "$") -> re.Pattern[str]:
    """Return a pattern of frames, each with an indirect question behind it; `whether` belongs to the frame.

    No frame stands before `but`, such as “how to”.
    """
    return re.compile(f"(?:{_join(text)}) (?!{but})(?:(?:{whether}) |(?=(?:{_join(asking)})(?: |$)))")


def _join(text: str) -> str:
    return "|".join(part.strip() for line in text.strip().splitlines() for part in line.split("  ") if part.strip())
