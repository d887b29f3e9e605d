"""Rank passages by their closeness to a question: by their vectors, and by the rare words that both have."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass

from ..passages import Passage

# A passage's score is the centred cosine of its vector to the question's, and this share of its coverage: of the
# question's words, the part that the passage has, each word weighted by its inverse document frequency. Calibrated on
# XQuAD by benchmarks/retrieval.py. Without vectors, the score is the coverage alone.
COVERAGE_WEIGHT = 0.2
# What visitors ask shares few words with what answers it: of 247 questions about four people 8% reach this score, of
# 177 that their documents do not answer 5%.
CLOSE_SCORE = 0.95  # of a plain cosine and the coverage, from which on a passage answers the question beyond doubt
CLOSE_COVERAGE = 0.6  # the same of coverage alone, where there are no vectors
POSSIBLE_COVERAGE = 0.15  # the same while vectors are being made, lest “nothing is close” is said too soon
MAX_MATCHES = 1_000  # places at which a question's rarest terms are looked for: each takes microseconds


@dataclass(frozen=True)
class Hit:
    """A passage and its score, which compares only with the scores for the same question."""

    passage: Passage
    score: float


@dataclass(frozen=True)
class Ranking:
    """The hits for one question, the best first."""

    hits: tuple[Hit, ...]
    highest_coverage: float
    is_close: bool  # whether a passage answers the question, as far as its score says

    @property
    def is_possibly_close(self) -> bool:
        """Whether a passage may answer the question, though its vector is still to be made."""
        return self.highest_coverage >= POSSIBLE_COVERAGE


def rank(
    passages: Iterable[Passage],
    terms: Set[str],
    weights: Mapping[str, float],
    cosines_of: Callable[[Passage], tuple[float, float]] | None,
) -> Ranking:
    """Rank passages for the terms of a question, by their weights.

    `cosines_of` returns a passage's plain and centred cosine to the question; None where there are no vectors.
    """
    total = sum(weights[term] for term in terms) or 1.0
    hits, highest, is_close = [], 0.0, False
    for passage in passages:
        coverage = score = sum(weights[term] for term in terms & passage.terms) / total
        highest = max(highest, coverage)
        if cosines_of:
            cosine, centred = cosines_of(passage)
            score = centred + COVERAGE_WEIGHT * coverage
            is_close |= cosine + COVERAGE_WEIGHT * coverage >= CLOSE_SCORE
        else:
            is_close |= coverage >= CLOSE_COVERAGE
        hits.append(Hit(passage, score))
    hits.sort(key=lambda hit: (-hit.score, hit.passage.document, hit.passage.text))
    return Ranking(tuple(hits), highest, is_close)


def weigh_terms(terms: Iterable[str], counts: Mapping[str, int], passages: int) -> dict[str, float]:
    """Return each term's inverse document frequency, as BM25 defines it; `counts` are of `passages` in all."""
    found = {term: counts.get(term, 0) for term in terms}
    return {term: math.log(1 + max(0, passages - count + 0.5) / (count + 0.5)) for term, count in found.items()}


def choose_rarest(counts: Mapping[str, int]) -> list[str]:
    """Return the terms to look for: the rarest that occur, with MAX_MATCHES places in all, but at least one term."""
    rarest: list[str] = []
    matches = 0
    for term in sorted(filter(counts.get, counts), key=lambda term: (counts[term], term)):
        matches += counts[term]
        if rarest and matches > MAX_MATCHES:
            break
        rarest.append(term)
    return rarest
