"""Topics: groups of gaps that ask for the same thing in other words, by the vectors of their questions.

The figures are those of multilingual-e5-small, whose cosines of any two questions lie between 0.8 and 1. Questions of
one frame (“Do you have …?”) are near whatever they ask for, so shared words of content count as well, and wording.py
tells which questions are kept apart. `make bench-truth` prints what that makes of 75 questions of 15 topics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from typing import TYPE_CHECKING

from .gaps import Gap
from .groups import Group
from .wording import Wording, ask_differently, find_common

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

ONE_TOPIC = 0.94  # mean of cosine and bonus between two topics that are made one; at 0.92 some are mixed
COMMON_BONUS = 0.05  # for two questions with the same words of content
NO_COMMON = -0.3  # of that bonus, where they share none
NEAR_COSINE = 0.87  # below which words are not compared
MAX_COMPARED = 1_000  # groups, the most asked, whose vectors are compared
APART = -9.0  # of two that are never made one


@dataclass(frozen=True)
class Topic:
    """Groups that ask for the same thing, the most asked first; an answer goes to one of them."""

    groups: tuple[Group, ...]

    @property
    def main(self) -> Gap:
        """The most asked gap of the most asked group."""
        return self.groups[0].main

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All gaps."""
        return tuple(gap for group in self.groups for gap in group.gaps)

    @property
    def near(self) -> tuple[Gap, ...]:
        """The gaps of the groups after the first."""
        return tuple(gap for group in self.groups[1:] for gap in group.gaps)

    @property
    def times(self) -> int:
        """The number of times that all gaps were asked."""
        return sum(group.times for group in self.groups)

    @property
    def last_day(self) -> date:
        """The last day on which any gap was asked."""
        return max(group.last_day for group in self.groups)

    @property
    def said(self) -> str | None:
        """The latest answer of the twin; None where none was kept."""
        kept = [gap for gap in self.gaps if gap.said]
        return max(kept, key=lambda gap: gap.last_day).said if kept else None


def join_groups(groups: Sequence[Group], vectors: NDArray[float32] | None) -> list[Topic]:
    """Return groups in topics, the most asked first; without `vectors`, `(groups, dimensions)`, each is its own.

    The vectors are those of the groups' main questions, as passages, of the first MAX_COMPARED groups or fewer.
    """
    compared = 0 if vectors is None else len(vectors)
    joined = _join(_compare(groups[:compared], vectors)) if vectors is not None else []
    topics = [Topic(tuple(groups[at] for at in sorted(members))) for members in joined]
    topics += [Topic((group,)) for group in groups[compared:]]
    return sorted(topics, key=lambda each: (-each.times, -each.last_day.toordinal(), each.main.id))


def _compare(groups: Sequence[Group], vectors: NDArray[float32]) -> NDArray[float32]:
    """Return the likeness of each two groups, `(groups, groups)`: a cosine with a bonus, or APART."""
    import numpy as np

    wordings = [Wording.of(group.main.question) for group in groups]
    weights = _weigh_stems(wordings)
    likeness = np.array(vectors @ vectors.T, dtype=np.float32)
    for one, other in np.argwhere(np.triu(likeness >= NEAR_COSINE, 1)).tolist():
        first, second = wordings[one], wordings[other]
        if ask_differently(first, second):
            likeness[one, other] = APART
        else:
            likeness[one, other] += COMMON_BONUS * _share(first, second, weights)
        likeness[other, one] = likeness[one, other]
    np.fill_diagonal(likeness, APART)
    return likeness


def _join(likeness: NDArray[float32]) -> list[list[int]]:
    """Return the rows in clusters: of any two the nearest are joined, by average linkage, while none is APART."""
    import numpy as np

    members = {row: [row] for row in range(len(likeness))}
    while len(members) > 1:
        one, other = (int(place) for place in np.unravel_index(likeness.argmax(), likeness.shape))
        if likeness[one, other] < ONE_TOPIC:
            break
        sizes = len(members[one]), len(members[other])
        is_apart = np.minimum(likeness[one], likeness[other]) == APART
        mean = (sizes[0] * likeness[one] + sizes[1] * likeness[other]) / sum(sizes)
        likeness[one] = likeness[:, one] = np.where(is_apart, APART, mean)
        likeness[other] = likeness[:, other] = APART
        members[one] += members.pop(other)
    return list(members.values())


def _weigh_stems(wordings: Sequence[Wording]) -> dict[str, float]:
    """Return the weight of each stem of content: the rarer it is among the questions, the higher."""
    counts: dict[str, int] = {}
    for wording in wordings:
        for stem in wording.subject:
            counts[stem] = counts.get(stem, 0) + 1
    return {stem: log(1 + len(wordings) / number) for stem, number in counts.items()}


def _share(one: Wording, other: Wording, weights: dict[str, float]) -> float:
    """Return the weight of what two questions share, of all that they have, in 0 to 1; NO_COMMON for nothing."""
    common = find_common(one, other)
    if not common:
        return NO_COMMON
    both = [*one.subject, *other.subject]
    return sum(weights[stem] for stem in both if stem in common) / sum(weights[stem] for stem in both)
