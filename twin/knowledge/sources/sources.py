"""Find the passages that the sentences of an answer rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ...grounding.support import Claims, Collection, Specific
from ...system.caching import cached_property
from ...system.fairness import give_turn
from ...text.sentences import find_sentences
from ...text.words import WORD, fold_letters
from ..passages import Passage
from .matching import Matcher, Sentence
from .negation import Clause, contradicts, find_clauses
from .quotes import quote

MAX_SOURCES = 8
MAX_SENTENCE = 1_000  # characters; what is longer is no sentence
PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
QUESTION_END = re.compile(r"[?？؟;]['\"”’)\]*_ ]*$")
LEADING = re.compile(r"[\s>#*_•\-–—|]*(?:\d{1,2}[.)]\s+)?[*_]*")


@dataclass(frozen=True)
class Source:
    """A document's title and file, a quote from the passage, and the spans of the sentences that it supports.

    Of an answer that the owner wrote to a question, the title is the question.
    """

    title: str
    file: str
    quote: str
    supports: list[tuple[int, int]]


@dataclass(frozen=True)
class Basis:
    """What an answer rests on: passages that may be cited, and others that may not."""

    sources: tuple[Source, ...] = ()
    is_known: bool = False  # whether any sentence rests on the documents or the persona


@dataclass
class _Cited:
    section: Passage
    sentences: list[Sentence] = field(default_factory=list)


@dataclass(frozen=True)
class Citable:
    """Passages that an answer may rest on; it is compared with the sections that they are cut from."""

    passages: Sequence[Passage] = ()

    @cached_property
    def sections(self) -> Sequence[Passage]:
        """The sections of the passages, each once."""
        return tuple(dict.fromkeys(passage.section for passage in self.passages))

    @cached_property
    def facts(self) -> Collection:
        """The facts of each section."""
        return Collection(section.facts for section in self.sections)

    @cached_property
    def public_facts(self) -> Collection:
        """The facts of the sections that are not private: a mark must not tell what the others say."""
        if not any(section.is_private for section in self.sections):
            return self.facts
        return Collection(section.facts for section in self.sections if not section.is_private)

    def find_clauses(self, place: int) -> list[Clause]:
        """Return the clauses of a section, by its place."""
        section = self.sections[place]
        return find_clauses(section.text, section.facts.language)

    def rank_sections(self, ranks: Mapping[bytes, int]) -> dict[int, int]:
        """Return the best rank of each section's passages, by the section's place; `ranks` are by passages' keys."""
        best: dict[Passage, int] = {}
        for passage in self.passages:
            if (rank := ranks.get(passage.key)) is not None:
                best[passage.section] = min(rank, best.get(passage.section, rank))
        return {place: best[section] for place, section in enumerate(self.sections) if section in best}


def find_sources(
    claims: Claims,
    question: str,
    given: Citable,
    persona: Citable,
    ranks: Mapping[bytes, int],
    unsupported: Sequence[Specific],
) -> Basis:
    """Return what an answer rests on, in the order of the answer.

    `given` are the passages that the model was given, `ranks` the places, by their keys, of those that were found for
    the question, and `persona` the owner's sentences about themselves. A passage is the source of a sentence if it, or
    the persona, holds all of the sentence's specifics, and it shares enough beside them and what the question said. A
    sentence of the persona is cited where no document is. A paragraph with anything unsupported has no source.
    """
    matchers = [(given, Matcher(claims, question, given.facts, persona.facts), given.rank_sections(ranks))]
    matchers.append((persona, Matcher(claims, question, persona.facts, persona.facts), {}))
    cited: dict[bytes, _Cited] = {}
    is_known = False
    doubtful = _find_doubtful(claims, unsupported)
    for sentence in _read_sentences(claims):
        give_turn()
        if matchers[0][1].has_foreign_noun(sentence):
            continue
        is_doubtful = any(start <= sentence.start < end for start, end in doubtful)
        clauses = find_clauses(claims.text[sentence.start : sentence.end], claims.language)
        for texts, matcher, found in matchers:
            if scores := matcher.measure(sentence, found):
                is_known = True
                best = max(scores, key=lambda place: (scores[place], texts.sections[place].is_citable, -place))
                is_doubtful |= contradicts(clauses, texts.find_clauses(best))
                if (section := texts.sections[best]).is_citable and not is_doubtful:
                    cited.setdefault(section.key, _Cited(section)).sentences.append(sentence)
                break
    return Basis(tuple(_cite(each, claims) for each in [*cited.values()][:MAX_SOURCES]), is_known)


def _find_doubtful(claims: Claims, unsupported: Sequence[Specific]) -> list[tuple[int, int]]:
    """Return the spans of the paragraphs that have anything unsupported."""
    text = claims.text
    breaks = [0, *(match.start() for match in PARAGRAPH_END.finditer(text)), len(text)]
    return [span for span in pairwise(breaks) if any(span[0] <= each.start < span[1] for each in unsupported)]


def _read_sentences(claims: Claims) -> Iterator[Sentence]:
    """Yield the sentences of an answer that may have a source: no questions."""
    text = claims.text
    for start, end in find_sentences(text):
        first = LEADING.match(text, start, end).end()  # type: ignore[union-attr]  # it matches nothing, too
        last = start + len(text[start:end].rstrip())
        if first < last <= first + MAX_SENTENCE and not QUESTION_END.search(text, first, last):
            yield Sentence.of(claims, first, last)


def _cite(cited: _Cited, claims: Claims) -> Source:
    section = cited.section
    said = {fold_letters(word) for each in cited.sentences for word in WORD.findall(claims.text, each.start, each.end)}

    def weigh(piece: str) -> int:
        return sum(len(word) for word in {fold_letters(word) for word in WORD.findall(piece)} & said)

    quoted = quote(section.text, section.document, weigh)
    return Source(section.label, section.document, quoted, [(each.start, each.end) for each in cited.sentences])
