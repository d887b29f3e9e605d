"""Which passages an answer used: those that share with it what stands nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from ...system.fairness import give_turn
from ...text.sentences import SENTENCE_END, WHITE_SPACE
from ..evidence import Evidence, Stems, find_inflected, forget_mentions, group_by_stem
from ..passages import Passage
from .rarity import INFLECTED, NAME, Rarity

MOST_SOURCES = 5
MOST_QUOTE = 300  # characters
MOST_ANSWER = 20_000  # characters of an answer that are looked at
MOST_QUESTION = 2_000  # the same of a question
ENOUGH = 1.9  # weight, of rare words about 1 each, from which on an answer used a passage
OWN = 0.7  # of that at least is what the question did not say already
TELLING = 1.0  # the weight of a number, a name, or a rare word
MOST_SUPPORT = 1.2  # weight of the question's own words, which a passage may just share with the question
WHOLE = 0.6  # weight of it that an answer says no more than is in a passage
NAMED = 0.25  # what is left of a word's weight if it is in the title of the document
MARKS = " \t\n\r-–—•*#>|"  # that a quote does not begin with


@dataclass(frozen=True)
class Source:
    """Where what an answer says stands: a document's title and file, and the passage's own words."""

    title: str
    file: str
    quote: str


def find_sources(
    answer: str, question: str, given: Sequence[Passage], rarity: Rarity, known: Set[str] = frozenset()
) -> tuple[Source, ...]:
    """Return the passages that an answer used, of those that the model was given, the most used first.

    What is used of a passage that may not be cited is not looked for in others. `known` are names that the model has
    from elsewhere, as its own: they are evidence of no passage.
    """
    said = _Said.of(answer, question, given, rarity, known)
    if not said.weights:
        return ()
    candidates = [match for passage in given if (match := _compare(passage, said, rarity)).own]
    sources: list[Source] = []
    explained: set[str] = set()
    while candidates and len(sources) < MOST_SOURCES:
        best = max(candidates, key=lambda match: (match.measure(explained, said), match.is_citable))
        if best.measure(explained, said) < ENOUGH or not best.is_telling(explained):
            break
        if best.is_citable:
            passage = best.passage
            sources.append(Source(passage.title, passage.document, _quote(passage.text, best.shared)))
        explained |= best.own.keys()
        candidates = [match for match in candidates if match.own.keys() - explained]
    return tuple(sources)


@dataclass(frozen=True)
class _Said:
    """What an answer says of its own, and what the question did, with the weight of each word."""

    answer: Evidence
    weights: Mapping[str, float]  # of what the answer says of its own
    names: Mapping[str, float]  # of these, where they are names
    asked: Mapping[str, float]
    total: float  # of what of it is telling
    stems: Stems  # of what the answer says of its own

    @classmethod
    def of(cls, answer: str, question: str, given: Sequence[Passage], rarity: Rarity, known: Set[str]) -> _Said:
        said = Evidence.of(forget_mentions(answer[:MOST_ANSWER]))
        asked = Evidence.of(question[:MOST_QUESTION])
        own = said.terms - asked.terms - known - {form for form, _ in find_inflected(said.stems, asked.stems)}
        weights = {term: weight for term in own if (weight := rarity.weigh(term))}
        named = frozenset[str]().union(*(passage.title_words for passage in given))
        names = {
            name: min(rarity.weigh_name(name), TELLING if name in named else NAME)
            for name in weights.keys() & said.capitals
        }
        support = {term: max(rarity.weigh(term), rarity.weigh_name(term) / 2) / 2 for term in asked.terms}
        total = sum(weight for weight in weights.values() if weight >= TELLING / 2)
        return cls(said, weights, names, support, total, group_by_stem(weights))


@dataclass(frozen=True)
class _Match:
    """What an answer and a passage share."""

    passage: Passage
    own: dict[str, float]  # the weights of what the question did not say
    shared: dict[str, float]  # of all, as it is written in the passage
    support: float

    @property
    def is_citable(self) -> bool:
        return self.passage.is_citable and not self.passage.is_private

    @cached_property
    def weight(self) -> float:
        return sum(self.own.values())

    def measure(self, explained: set[str], said: _Said) -> float:
        """Return how much of the answer it explains that nothing else does; the question helps the first to."""
        if explained:
            return round(sum(weight for term, weight in self.own.items() if term not in explained), 6)
        if self.weight < OWN:
            return 0.0
        return round(self.weight + self.support + (WHOLE if self.weight >= said.total - 1e-6 else 0), 6)

    def is_telling(self, explained: set[str]) -> bool:
        """Whether, beside what explains the rest of an answer, it is more than words that happen to be in both."""
        new = [weight for term, weight in self.own.items() if term not in explained]
        return not explained or max(new) > TELLING or sum(new) >= ENOUGH + TELLING / 2


def _compare(passage: Passage, said: _Said, rarity: Rarity) -> _Match:
    give_turn()
    evidence = passage.evidence
    own = {term: said.weights[term] for term in evidence.terms & said.weights.keys()}
    shared = dict(own)
    for word, form in find_inflected(evidence.stems, said.stems):
        if form not in own:
            own[form] = shared[word] = INFLECTED * min(said.weights[form], rarity.weigh(word))
    if passage.document not in rarity.noun_capitals:
        for name in own.keys() & said.names.keys() & evidence.capitals & (said.answer.names | evidence.names):
            own[name] = shared[name] = said.names[name]
    for word in own.keys() & passage.title_words:
        own[word] *= NAMED
    asked = {term: said.asked[term] for term in said.asked.keys() & evidence.terms}
    return _Match(passage, own, asked | shared, min(MOST_SUPPORT, sum(asked.values())))


def _quote(text: str, shared: Mapping[str, float]) -> str:
    """Return the sentences of a text that share most, as they stand there: MOST_QUOTE characters at most."""
    pieces = list(_cut(text))
    weights = [{term: shared[term] for term in Evidence.of(text[a:b]).terms & shared.keys()} for a, b in pieces]
    first = last = max(range(len(pieces)), key=lambda index: sum(weights[index].values()))
    covered = set(weights[first])
    while True:
        gains = [
            (sum(weight for term, weight in weights[near].items() if term not in covered), near)
            for near in (first - 1, last + 1)
            if 0 <= near < len(pieces) and pieces[max(near, last)][1] - pieces[min(near, first)][0] <= MOST_QUOTE
        ]
        gain, near = max(gains, default=(0, 0))
        if not gain:
            break
        first, last = min(first, near), max(last, near)
        covered |= weights[near].keys()
    quote = text[pieces[first][0] : pieces[last][1]].strip()
    return quote.lstrip(MARKS) or quote


def _cut(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the sentences of a text begin and end; one that is too long is cut between words, else anywhere."""
    start = 0
    for end in [*(match.end() for match in SENTENCE_END.finditer(text)), len(text)]:
        while end - start > MOST_QUOTE:
            spaces = [match.start() for match in WHITE_SPACE.finditer(text, start + 1, start + MOST_QUOTE + 1)]
            place = spaces[-1] if spaces else start + MOST_QUOTE
            yield start, place
            start = place
        if text[start:end].strip():
            yield start, end
            start = end
    if not text.strip():
        yield 0, 0
