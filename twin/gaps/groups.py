"""Which questions are alike, by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..grounding.contacts import IS_UNSPACED_NAME
from ..text.words import split_words
from .gaps import Gap

ALIKE_WORDS = 0.85  # of the letters of both questions, those in words that both have
NEAR_RATIO = 70  # of letters in common (rapidfuzz's scale), below which words are not looked at
MOST_NEAR = 20  # questions that are looked at
CONTRACTED = 2  # letters that are left of a word at most, as of “is” in “what's”
MISSPELT_LETTERS, MISSPELT = 5, 0.8  # letters that a misspelt word has at least, and how much of it is right


@dataclass(frozen=True)
class Group:
    """Questions that are alike, the most asked first."""

    gaps: tuple[Gap, ...]

    @property
    def main(self) -> Gap:
        """The one that was asked most."""
        return self.gaps[0]

    @property
    def times(self) -> int:
        """How often they were asked in all."""
        return sum(gap.times for gap in self.gaps)

    @property
    def last_day(self) -> date:
        """The day on which one of them was asked last."""
        return max(gap.last_day for gap in self.gaps)


def group(gaps: Sequence[Gap]) -> list[Group]:
    """Return them in groups, the most asked first; each question joins the nearest that was asked more.

    Words are compared and not vectors, since what the owner answers goes out word for word to each of a group: those
    of “when” and “why did you leave” are nearer than many that mean the same. 10,000 questions take some seconds.
    """
    words = [split_words(gap.question) for gap in gaps]
    leaders = _Leaders(words)
    found: dict[int, list[Gap]] = {}
    for at in sorted(range(len(gaps)), key=lambda at: _rank(gaps[at])):
        leader = leaders.find(at)
        if leader is None:
            leaders.add(at)
        found.setdefault(at if leader is None else leader, []).append(gaps[at])
    groups = [Group(tuple(members)) for members in found.values()]
    return sorted(groups, key=lambda each: (-each.times, -each.last_day.toordinal(), each.main.id))


def are_alike(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two questions are the same but for their words' order, misspellings, and a word more or less.

    One word in place of another makes another question, and so does another number.
    """
    common = set(words) & set(others)
    left, right = set(words) - common, set(others) - common
    for word in sorted(left):
        if same := next((other for other in sorted(right) if _is_same(word, other)), None):
            left.remove(word)
            right.remove(same)
            common.add(word)
    if (left and right) or _name_numbers(left | right):
        return False
    shared = 2 * sum(map(len, common))
    return shared >= ALIKE_WORDS * (shared + sum(map(len, left | right)))


class _Leaders:
    """The questions that others may be like; each is known by its place."""

    def __init__(self, words: Sequence[Sequence[str]]) -> None:
        self._words = words
        self._lines = [" ".join(sorted(set(each))) for each in words]
        self._places: list[int] = []
        self._known: list[str] = []

    def find(self, at: int) -> int | None:
        """Return the one that the question at a place is like, if there is one."""
        from rapidfuzz import fuzz, process  # takes 2 MB of a process, and the service needs it not

        near = process.extract(
            self._lines[at], self._known, scorer=fuzz.ratio, score_cutoff=NEAR_RATIO, limit=MOST_NEAR
        )
        places = (self._places[index] for _, _, index in near)
        return next((place for place in places if are_alike(self._words[at], self._words[place])), None)

    def add(self, at: int) -> None:
        """Make the question at a place one of them."""
        self._places.append(at)
        self._known.append(self._lines[at])


def _rank(gap: Gap) -> tuple[int, int, int]:
    return -gap.times, -gap.last_day.toordinal(), gap.id


def _name_numbers(words: Sequence[str] | set[str]) -> set[str]:
    """Return those that hold a digit."""
    return {word for word in words if any(character.isdecimal() for character in word)}


def _is_same(word: str, other: str) -> bool:
    """Whether two words are one that is misspelt or contracted; not of scripts whose words nobody can tell apart."""
    from rapidfuzz.distance import OSA

    short, long = sorted((word, other), key=len)
    if len(short) <= CONTRACTED:
        return long.endswith(short)
    if short[0] != long[0] or len(short) < MISSPELT_LETTERS or _name_numbers([short, long]):
        return False
    return not IS_UNSPACED_NAME.search(word) and OSA.normalized_similarity(word, other) >= MISSPELT
