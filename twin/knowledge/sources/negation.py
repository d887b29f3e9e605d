"""Whether a sentence denies what a text asserts, or asserts what it denies: clause by clause, by their negations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...text.words import STEM
from .content_words import find_content_words

CLAUSE_END = re.compile(
    r"[.,;:!?()\n|–—]+|\s(?:but|and|sondern|aber|und|doch|mais|et|sino|pero|ma|e|mas|maar|en)\s", re.IGNORECASE
)
# By the language, as `tell_language` names it.
NEGATIONS_TEXT = """
en: not cannot never neither nor none nothing nobody nowhere no without \\w+n['’]t
de: nicht kein\\w* nie niemals nichts niemand weder ohne
fr: pas jamais aucune? rien sans
es: no nunca jamás ningun\\w* ningún nada sin
it: non mai nessun\\w* niente senza
pt: não nunca nenhum\\w* nada sem
nl: niet geen nooit niets zonder
"""
NEGATIONS = {
    language: re.compile(rf"\b(?:{'|'.join(words.split())})\b", re.IGNORECASE)
    for language, words in (line.split(":") for line in NEGATIONS_TEXT.strip().split("\n"))
}
MIN_SHARED = 2  # words that two clauses have in common, if they say the same or the opposite
MIN_SHARE = 0.6  # of the words of the clause in the answer


@dataclass(frozen=True)
class Clause:
    """The stems of the telling words of a clause, and whether it is negated."""

    stems: frozenset[str]
    is_negated: bool


def find_clauses(text: str, language: str) -> list[Clause]:
    """Return the clauses of a text that tell anything."""
    return [clause for clause in _find_clauses(text, NEGATIONS[language]) if clause.stems]


def contradicts(said: list[Clause], known: list[Clause]) -> bool:
    """Return whether a clause that is said is like a known one but for a negation, and like none with the same."""
    return any(_contradicts(clause, known) for clause in said)


def _contradicts(clause: Clause, known: list[Clause]) -> bool:
    needed = max(MIN_SHARED, MIN_SHARE * len(clause.stems))
    shared = {
        is_negated: max((len(clause.stems & each.stems) for each in known if each.is_negated is is_negated), default=0)
        for is_negated in (True, False)
    }
    return shared[not clause.is_negated] >= needed and shared[clause.is_negated] < shared[not clause.is_negated]


def _find_clauses(text: str, negation: re.Pattern[str]) -> Iterator[Clause]:
    start = 0
    for match in [*CLAUSE_END.finditer(text), None]:
        part = text[start : match.start() if match else len(text)]
        stems = frozenset(word.folded[:STEM] for word in find_content_words(part))
        yield Clause(stems, negation.search(part) is not None)
        start = match.end() if match else len(text)
