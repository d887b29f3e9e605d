"""The wording of a question, and what makes two that sound alike ask for different things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..grounding.support import CALENDAR, UNITS
from ..text.words import STEM, find_words, fold_letters
from .frames import ARTICLES, ASKED, FRAME, GERMAN, NEGATIONS, OWNER, SPEAKER, THING

FRAME_STEM = 4  # letters: “kann” and “kannst”
MIN_PREFIX = 4  # letters of a part before a compound's head; fewer change a verb, as “ver” does
SAME_FRAME = 0.5  # share of the words of two questions that are the same, which then differ in the others on purpose
TOKEN = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)?[#+]*")  # “don't” is one word, “what's” two; C# and C stay apart
TAG = re.compile(
    r"[,\s]+(?:do|is|are|have|did|can|was)(?:n['’]t)?\s+(?:you|it|they|he|she)\s*[?.!]*\s*$", re.IGNORECASE
)
ASKS_DU = re.compile(r"\w{2}st du\b", re.IGNORECASE)  # “du” alone may be French
UNNAMED = frozenset({"i", "ok", "okay", "cv"})  # words with capitals that are no names
SPEAKER_SIGN, OWNER_SIGN = "1", "2"  # the persons, in a language's any form


@dataclass(frozen=True)
class Wording:
    """The words of a question, folded, by what they do in it."""

    negated: bool
    numbers: frozenset[str]  # words that begin with a digit
    units: frozenset[str]  # of time, money or measure; months and weekdays
    asked: frozenset[str]  # what its question words ask for, without “what”
    things: frozenset[str]  # the same with “what”
    names: frozenset[str]  # stems of the words with a capital, where that makes a name
    stems: frozenset[str]  # of all words
    content: frozenset[str]  # the words that say what the question is about
    subject: frozenset[str]  # their stems
    line: tuple[str, ...]  # all words but articles; the persons as signs, the others as stems

    @classmethod
    def of(cls, question: str) -> Wording:
        """Return the wording of a question, without a tag such as “don't you?” at its end."""
        tokens = TOKEN.findall(TAG.sub("", question)) or find_words(question)
        words = [_fold(token) for token in tokens]
        if not any(word.isascii() for word in words):  # where no spaces part words
            words = find_words(question)
        asked = frozenset(ASKED[word] for word in words if word in ASKED)
        content = frozenset(word for word in words if word not in FRAME and (len(word) > 1 or not word.isascii()))
        return cls(
            negated=any(word in NEGATIONS for word in words),
            numbers=frozenset(word for word in words if word[:1].isdecimal()),
            units=frozenset(
                str(UNITS.get(word) or CALENDAR[word]) for word in words if word in UNITS or word in CALENDAR
            ),
            asked=asked,
            things=asked | ({"thing"} if THING.intersection(words) else set()),
            names=frozenset() if _is_german(words, question) else _find_names(tokens),
            stems=frozenset(map(_stem, words)),
            content=content,
            subject=frozenset(map(_stem, content)),
            line=tuple(_generalise(word) for word in words if word not in ARTICLES),
        )

    @property
    def order(self) -> tuple[str, ...]:
        """The persons and the words of content, each where it comes first."""
        signs = (SPEAKER_SIGN, OWNER_SIGN)
        return tuple(dict.fromkeys(word for word in self.line if word in signs or word in self.subject))


def ask_differently(one: Wording, other: Wording) -> bool:
    """Return whether two questions surely ask for different things, however near their vectors are.

    A negation, a number, a unit, a name or the question word differs, roles are swapped, or in the same frame another
    word stands: “do you do weddings” and “do you do funerals”.
    """
    return (
        one.negated != other.negated
        or one.numbers != other.numbers
        or not (one.names <= other.stems and other.names <= one.stems)
        or _exclude(one.units, other.units)
        or _exclude(one.asked, other.asked)
        or (one.subject == other.subject and _exclude(one.things, other.things))
        or (one.line != other.line and Counter(one.line) == Counter(other.line) and one.order != other.order)
        or _replace_word(one, other)
    )


def allow_one_answer(one: Wording, other: Wording) -> bool:
    """Return whether one answer can go to two questions of the same words: neither is negated alone, or swaps roles."""
    common = {*one.order} & {*other.order}
    orders = ([word for word in each.order if word in common] for each in (one, other))
    return one.negated == other.negated and next(orders) == next(orders)


def find_common(one: Wording, other: Wording) -> frozenset[str]:
    """Return the stems of the words of content that one question shares with another, also as part of a compound."""
    related = {_stem(word) for word in one.content if _is_related(word, other.content)}
    return frozenset(related | {_stem(word) for word in other.content if _is_related(word, one.content)})


def _replace_word(one: Wording, other: Wording) -> bool:
    """Return whether two questions differ, in one frame, by words of content that each has alone."""
    left = [word for word in one.content if not _is_related(word, other.content)]
    right = [word for word in other.content if not _is_related(word, one.content)]
    if len(one.line) == len(other.line):
        places = [pair for pair in zip(one.line, other.line, strict=True) if pair[0] != pair[1]]
        if len(places) == 1 and (left or right):
            return True
    shared = 2 * (Counter(one.line) & Counter(other.line)).total()
    return bool(left and right) and shared >= SAME_FRAME * (len(one.line) + len(other.line))


def _exclude(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and one != other


def _is_related(word: str, others: Iterable[str]) -> bool:
    return any(_is_part(word, other) or _is_part(other, word) for other in others)


def _is_part(word: str, other: str) -> bool:
    """Return whether a word's stem begins another word, or the head of a compound."""
    stem = _stem(word)
    place = other.find(stem)
    return place == 0 or (place >= MIN_PREFIX and len(stem) >= MIN_PREFIX)


def _fold(token: str) -> str:
    return fold_letters(token) + token[len(token.rstrip("#+")) :]


def _stem(word: str) -> str:
    return word[:STEM]


def _generalise(word: str) -> str:
    if word in SPEAKER:
        return SPEAKER_SIGN
    if word in OWNER:
        return OWNER_SIGN
    return word[:FRAME_STEM] if word in FRAME else _stem(word)


def _is_german(words: list[str], question: str) -> bool:
    return not GERMAN.isdisjoint(words) or ASKS_DU.search(question) is not None


def _find_names(tokens: list[str]) -> frozenset[str]:
    """Return the stems of the words with a capital after the first."""
    capitals = (token for token in tokens[1:] if token[0].isupper())
    return frozenset(_stem(_fold(token)) for token in capitals if re.split("['’]", token.lower())[0] not in UNNAMED)
