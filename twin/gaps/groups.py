"""Groups of gaps whose questions are alike, by their words."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from ..text.words import STEM, fold_letters, split_words
from .frames import FILLERS
from .gaps import Gap
from .spelling import is_one_known, is_variant, may_be_misspelt
from .wording import Wording, allow_one_answer

ALIKE_WORDS = 0.85  # share of the letters of two questions that are in common words
NEAR_RATIO = 70  # on rapidfuzz's scale of 100, below which words are not compared
MAX_NEAR = 20  # questions whose words are compared


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


def are_alike(words: Sequence[str], others: Sequence[str], names: Set[str] = frozenset()) -> bool:
    """Return whether two questions differ only in the order of words, misspellings, and FILLERS.

    Any other word more makes a different question: “least”, “against”, “only”, “still” or “why”. `names` are the stems
    of the words that are names.
    """
    common = set(words) & set(others)
    left, right = set(words) - common, set(others) - common
    errors = []
    for word in sorted(left):
        is_name = fold_letters(word)[:STEM] in names
        if same := next((other for other in sorted(right) if is_variant(word, other)), None):
            pass
        elif same := next((each for each in sorted(right) if may_be_misspelt(word, each, is_name=is_name)), None):
            errors.append((word, same))
        else:
            continue
        left.remove(word)
        right.remove(same)
        common.add(word)
    extra = left | right
    if (left and right) or not all(fold_letters(word) in FILLERS for word in extra):
        return False
    shared = 2 * sum(map(len, common))
    return shared >= ALIKE_WORDS * (shared + sum(map(len, extra))) and all(is_one_known(*error) for error in errors)


class _Leaders:
    """The first question of each group, by its index."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._questions = questions
        self._words = [split_words(question) for question in questions]
        self._lines = [" ".join(sorted(set(each))) for each in self._words]
        self._places: list[int] = []
        self._known: list[str] = []
        self._wordings: dict[int, Wording] = {}
        self._members: dict[int, dict[str, int]] = {}  # of each leader the index of each question, itself included

    def find(self, at: int) -> int | None:
        """Return the index of a leader whose group the question at index `at` joins, or None.

        It has to be like all of the group: a misspelt leader may be near to two different words.
        """
        from rapidfuzz import fuzz, process  # takes 2 MB, and the service does not need it

        near = process.extract(self._lines[at], self._known, scorer=fuzz.ratio, score_cutoff=NEAR_RATIO, limit=MAX_NEAR)
        for _, _, index in near:
            members = self._members[self._places[index]]
            if all(self._have_one_answer(at, member) for member in members.values()):
                members.setdefault(self._questions[at], at)
                return self._places[index]
        return None

    def add(self, at: int) -> None:
        """Make the question at index `at` a leader."""
        self._places.append(at)
        self._known.append(self._lines[at])
        self._members[at] = {self._questions[at]: at}

    def _have_one_answer(self, at: int, member: int) -> bool:
        """Return whether two questions are alike, none is negated, and none has the other's roles swapped."""
        if self._questions[at] == self._questions[member]:
            return True
        one, other = self._read(at), self._read(member)
        return are_alike(self._words[at], self._words[member], one.names | other.names) and allow_one_answer(one, other)

    def _read(self, at: int) -> Wording:
        if at not in self._wordings:
            self._wordings[at] = Wording.of(self._questions[at])
        return self._wordings[at]


def _rank(gap: Gap) -> tuple[int, int, int]:
    return -gap.times, -gap.last_day.toordinal(), gap.id
