"""Groups of gaps whose questions are alike, by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..text.words import IS_UNSPACED_NAME, split_words
from .gaps import Gap
from .wording import Wording, allow_one_answer

ALIKE_WORDS = 0.85  # share of the letters of two questions that are in common words
NEAR_RATIO = 70  # on rapidfuzz's scale of 100, below which words are not compared
MAX_NEAR = 20  # questions whose words are compared
CONTRACTED = 2  # letters that a contraction leaves of a word, as of “is” in “what's”
MISSPELT_LETTERS, MISSPELT = 5, 0.8  # letters of a misspelt word, at least, and the share that is right


@dataclass(frozen=True)
class Group:
    """Gaps that are alike, the most asked first: one answer goes out word for word to all of them."""

    gaps: tuple[Gap, ...]

    @property
    def main(self) -> Gap:
        """The most asked gap."""
        return self.gaps[0]

    @property
    def times(self) -> int:
        """The number of times that all gaps were asked."""
        return sum(gap.times for gap in self.gaps)

    @property
    def last_day(self) -> date:
        """The last day on which any gap was asked."""
        return max(gap.last_day for gap in self.gaps)


def group(gaps: Sequence[Gap]) -> list[Group]:
    """Return gaps in groups, the most asked first; each gap joins the nearest one that was asked more often.

    Words are compared and not vectors, since the owner's answer goes out word for word to the whole group, and the
    vectors of “when” and “why did you leave” are nearer than those of many questions with one meaning. 10,000 questions
    take some seconds.
    """
    leaders = _Leaders([gap.question for gap in gaps])
    found: dict[int, list[Gap]] = {}
    for at in sorted(range(len(gaps)), key=lambda at: _rank(gaps[at])):
        leader = leaders.find(at)
        if leader is None:
            leaders.add(at)
        found.setdefault(at if leader is None else leader, []).append(gaps[at])
    groups = [Group(tuple(members)) for members in found.values()]
    return sorted(groups, key=lambda each: (-each.times, -each.last_day.toordinal(), each.main.id))


def are_alike(words: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether two questions differ only in the order of words, misspellings, and a word more or less.

    A word replaced by another makes a different question, and so does a different number.
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
    """The first question of each group, by its index."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._questions = questions
        self._words = [split_words(question) for question in questions]
        self._lines = [" ".join(sorted(set(each))) for each in self._words]
        self._places: list[int] = []
        self._known: list[str] = []

    def find(self, at: int) -> int | None:
        """Return the index of a leader that is like the question at index `at`, or None."""
        from rapidfuzz import fuzz, process  # takes 2 MB, and the service does not need it

        near = process.extract(self._lines[at], self._known, scorer=fuzz.ratio, score_cutoff=NEAR_RATIO, limit=MAX_NEAR)
        places = (self._places[index] for _, _, index in near)
        return next((place for place in places if self._has_one_answer(at, place)), None)

    def add(self, at: int) -> None:
        """Make the question at index `at` a leader."""
        self._places.append(at)
        self._known.append(self._lines[at])

    def _has_one_answer(self, at: int, place: int) -> bool:
        """Return whether two questions are alike, none is negated, and none has the other's roles swapped."""
        if not are_alike(self._words[at], self._words[place]):
            return False
        return allow_one_answer(Wording.of(self._questions[at]), Wording.of(self._questions[place]))


def _rank(gap: Gap) -> tuple[int, int, int]:
    return -gap.times, -gap.last_day.toordinal(), gap.id


def _name_numbers(words: Sequence[str] | set[str]) -> set[str]:
    """Return the words with a digit."""
    return {word for word in words if any(character.isdecimal() for character in word)}


def _is_same(word: str, other: str) -> bool:
    """Return whether one word is the other, misspelt or contracted; false in scripts without spaces."""
    from rapidfuzz.distance import OSA

    short, long = sorted((word, other), key=len)
    if len(short) <= CONTRACTED:
        return long.endswith(short)
    if short[0] != long[0] or len(short) < MISSPELT_LETTERS or _name_numbers([short, long]):
        return False
    return not IS_UNSPACED_NAME.search(word) and OSA.normalized_similarity(word, other) >= MISSPELT
