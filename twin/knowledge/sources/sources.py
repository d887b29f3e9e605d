"""Find the passages that an answer used, by rare words that both have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from ...system.fairness import give_turn
from ...text.sentences import SENTENCE_END, WHITE_SPACE
from ..evidence import Evidence, Stems, drop_pointers, find_inflected, group_by_stem
from ..passages import Passage
from .rarity import INFLECTED_FACTOR, NAME_WEIGHT, Rarity

MAX_SOURCES = 5
MAX_QUOTE = 300  # characters
MAX_ANSWER = 20_000  # characters of an answer that are compared
MAX_ASKED = 2_000  # the same of a question
USED_WEIGHT = 1.9  # of the words in common, about 1 each, from which on an answer used a passage
MIN_OWN_WEIGHT = 0.7  # of these, the least that the question did not say already
TELLING = 1.0  # the weight of a number, a name, or a rare word
MAX_SUPPORT = 1.2  # weight of the question's words, which a passage may share with the question only
WHOLE = 0.6  # weight of the fact that a passage has all that an answer says
NAMED = 0.25  # the factor of a word that is in the title of the document
LIST_MARKS = " \t\n\r-–—•*#>|"  # that no quote begins with


@dataclass(frozen=True)
class Source:
    """A document's title and file, and a quote from the passage that an answer used."""

    title: str
    file: str
    quote: str


def find_sources(
    answer: str, question: str, given: Sequence[Passage], rarity: Rarity, known: Set[str] = frozenset()
) -> tuple[Source, ...]:
    """Return the passages that an answer used, of those that the model was given, the most used first.

    The words of a used passage that may not be cited are explained all the same: no other passage is cited for them.
    `known` are names in the persona, which are evidence of no passage.
    """
    said = _Said.of(answer, question, given, rarity, known)
    if not said.weights:
        return ()
    candidates = [match for passage in given if (match := _compare(passage, said, rarity)).own]
    sources: list[Source] = []
    explained: set[str] = set()
    while candidates and len(sources) < MAX_SOURCES:
        best = max(candidates, key=lambda match: (match.measure(explained, said), match.is_citable))
        if best.measure(explained, said) < USED_WEIGHT or not best.is_telling(explained):
            break
        if best.is_citable:
            passage = best.passage
            sources.append(Source(passage.title, passage.document, _quote(passage.text, best.shared)))
        explained |= best.own.keys()
        candidates = [match for match in candidates if match.own.keys() - explained]
    return tuple(sources)


@dataclass(frozen=True)
class _Said:
    """The words of an answer and of its question, with the weight of each."""

    answer: Evidence
    weights: Mapping[str, float]  # of the answer's own words, which the question has not
    names: Mapping[str, float]  # of those among them that are names
    asked: Mapping[str, float]  # of the question's words
    total: float  # of the weights, without very common words
    stems: Stems  # of the answer's own words

    @classmethod
    def of(cls, answer: str, question: str, given: Sequence[Passage], rarity: Rarity, known: Set[str]) -> _Said:
        said = Evidence.of(drop_pointers(answer[:MAX_ANSWER]))
        asked = Evidence.of(question[:MAX_ASKED])
        own = said.terms - asked.terms - known - {form for form, _ in find_inflected(said.stems, asked.stems)}
        weights = {term: weight for term in own if (weight := rarity.weigh(term))}
        named = frozenset[str]().union(*(passage.title_words for passage in given))
        names = {
            name: min(rarity.weigh_name(name), TELLING if name in named else NAME_WEIGHT)
            for name in weights.keys() & said.capitals
        }
        support = {term: max(rarity.weigh(term), rarity.weigh_name(term) / 2) / 2 for term in asked.terms}
        total = sum(weight for weight in weights.values() if weight >= TELLING / 2)
        return cls(said, weights, names, support, total, group_by_stem(weights))


@dataclass(frozen=True)
class _Match:
    """The words that an answer and a passage share."""

    passage: Passage
    own: dict[str, float]  # weights of those that the question has not
    shared: dict[str, float]  # weights of all, as written in the passage
    support: float  # weight of those that the question has

    @property
    def is_citable(self) -> bool:
        return self.passage.is_citable and not self.passage.is_private

    @cached_property
    def weight(self) -> float:
        return sum(self.own.values())

    def measure(self, explained: set[str], said: _Said) -> float:
        """Return the weight of the words not `explained` yet; the question's words help the first source only."""
        if explained:
            return round(sum(weight for term, weight in self.own.items() if term not in explained), 6)
        if self.weight < MIN_OWN_WEIGHT:
            return 0.0
        return round(self.weight + self.support + (WHOLE if self.weight >= said.total - 1e-6 else 0), 6)

    def is_telling(self, explained: set[str]) -> bool:
        """Return whether the match is strong enough to be no coincidence, beside sources for the rest of the answer."""
        new = [weight for term, weight in self.own.items() if term not in explained]
        return not explained or max(new) > TELLING or sum(new) >= USED_WEIGHT + TELLING / 2


def _compare(passage: Passage, said: _Said, rarity: Rarity) -> _Match:
    give_turn()
    evidence = passage.evidence
    own = {term: said.weights[term] for term in evidence.terms & said.weights.keys()}
    shared = dict(own)
    for word, form in find_inflected(evidence.stems, said.stems):
        if form not in own:
            own[form] = shared[word] = INFLECTED_FACTOR * min(said.weights[form], rarity.weigh(word))
    if passage.document not in rarity.noun_capitals:
        for name in own.keys() & said.names.keys() & evidence.capitals & (said.answer.names | evidence.names):
            own[name] = shared[name] = said.names[name]
    for word in own.keys() & passage.title_words:
        own[word] *= NAMED
    asked = {term: said.asked[term] for term in said.asked.keys() & evidence.terms}
    return _Match(passage, own, asked | shared, min(MAX_SUPPORT, sum(asked.values())))


def _quote(text: str, shared: Mapping[str, float]) -> str:
    """Return the adjoining sentences of a text that share most, of MAX_QUOTE characters at most."""
    pieces = list(_cut(text))
    weights = [{term: shared[term] for term in Evidence.of(text[a:b]).terms & shared.keys()} for a, b in pieces]
    first = last = max(range(len(pieces)), key=lambda index: sum(weights[index].values()))
    covered = set(weights[first])
    while True:
        gains = [
            (sum(weight for term, weight in weights[near].items() if term not in covered), near)
            for near in (first - 1, last + 1)
            if 0 <= near < len(pieces) and pieces[max(near, last)][1] - pieces[min(near, first)][0] <= MAX_QUOTE
        ]
        gain, near = max(gains, default=(0, 0))
        if not gain:
            break
        first, last = min(first, near), max(last, near)
        covered |= weights[near].keys()
    quote = text[pieces[first][0] : pieces[last][1]].strip()
    return quote.lstrip(LIST_MARKS) or quote


def _cut(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence of a text; long ones are cut between words, else anywhere."""
    start = 0
    for end in [*(match.end() for match in SENTENCE_END.finditer(text)), len(text)]:
        while end - start > MAX_QUOTE:
            spaces = [match.start() for match in WHITE_SPACE.finditer(text, start + 1, start + MAX_QUOTE + 1)]
            place = spaces[-1] if spaces else start + MAX_QUOTE
            yield start, place
            start = place
        if text[start:end].strip():
            yield start, end
            start = end
    if not text.strip():
        yield 0, 0
