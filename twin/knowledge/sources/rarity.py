"""The weight of a word that two texts share, as evidence that one comes from the other."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...system.fairness import give_turn
from ...text.sentences import SENTENCE_END
from ...text.words import IS_UNSPACED
from ..evidence import IS_HANGUL, IS_HIRAGANA, Evidence
from ..passages import Passage

COMMON_SHARE = 0.25  # of all passages; a word in so many weighs nothing
MIN_COMMON = 4  # passages, at least, that such a word is in
MANY = 25  # passages, from which on a word's count says as much as its length
# The weight of a word of so many letters where passages are few; longer words have the last.
LENGTH_WEIGHTS = (0, 0, 0, 0.15, 0.4, 0.65, 0.85, 1.0, 1.1, 1.2, 1.4)
HANGUL_LETTERS = 3  # of a syllable, which is one character
MIN_LENGTH_SHARE = 0.4  # of a weight that comes from the word's length, however many passages there are
FEW_FACTOR = 0.7  # of a word's weight where there are few passages
INFLECTED_FACTOR = 0.7  # of another form of a word
PAIR_WEIGHT = 0.35  # of two Chinese letters, or of a run of Thai ones: about a third of a word
NAME_WEIGHT = 2.0
ADDRESS_WEIGHT = 2.0
NUMBER_WEIGHTS = (1.0, 1.0, 1.2, 1.5, 1.5, 2.0)  # of a number of so many digits; longer ones weigh the same
NOUN_SHARE = 0.22  # share of capitals within sentences, from which on nouns may have one, as in German
MIN_SENTENCE = 6  # words of a sentence whose capitals are counted
GERMAN_SHARE = 0.06  # of German words, from which on nouns do: an English CV has as many capitals, of names
# Words of English answers on any subject.
GENERIC_WORDS = """
about after again also always another answer answers any anything ask asked asking assist assistant available
because been before being best between both can cannot certainly chat contact contacts could currently detail
details did digital does doing done each either else email enough even ever every everything example feel few
find first free from further future general get give glad good great happy has have having hello help helpful
here how however include including information interested into its itself just kind know known last later
learn least let like little long look looking make many may maybe me mean mention mentioned might more most
much must my myself need never new next not nothing now often okay on once one only open or other others our
out over part particular people perhaps person please pleased possible provide question questions rather
really regarding related right same say see several share should since some someone something soon sorry
specific still such sure take tell than thank thanks that the their them then there these they thing things
think this those through time today together too topic topics twin under unfortunately unsure until us use
used using various very want was way welcome well were what whatever when where whether which while who whom
whose why will with within without wonder work worked working works would year years yes yet you your yourself
"""
GENERIC = frozenset(GENERIC_WORDS.split())
GERMAN_WORDS = """
als auch auf aus bei das dem den der des die durch ein eine einem einen einer es für ich im ist mich mir mit nach
nicht oder sich sie sind und vom von war wie wir wurde zu zum zur über
"""
COMMON_GERMAN = frozenset(GERMAN_WORDS.split())


@dataclass(frozen=True)
class Rarity:
    """The number of passages of a library that have each word."""

    counts: Counter[str] = field(default_factory=Counter)
    passages: int = 0
    noun_capitals: frozenset[str] = frozenset()  # documents in whose language nouns have a capital

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> Rarity:
        """Count the words of all passages: half a second or more for a megabyte, in which other threads go on."""
        counts: Counter[str] = Counter()
        kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for passage in passages:
            give_turn()
            evidence = Evidence.of(passage.evident)  # not cached: most passages are never sent
            counts.update(evidence.terms)
            kinds[passage.document].update(_count_kinds(passage.text))
        nouns = frozenset(document for document, kind in kinds.items() if _is_german(kind))
        return cls(counts, len(passages), nouns)

    def weigh(self, term: str) -> float:
        """Return the weight of a shared term, from 0: about 1 for a rare word, up to 2 for a number or address."""
        if term in GENERIC or not (rare := self._measure(term)):
            return 0.0
        if term[0] == "@":
            return ADDRESS_WEIGHT * rare
        if term[0] == "#":
            return NUMBER_WEIGHTS[min(sum(map(str.isdigit, term)), len(NUMBER_WEIGHTS) - 1)] * rare
        if IS_UNSPACED.match(term):
            return 0.0 if IS_HIRAGANA.match(term) else PAIR_WEIGHT * rare
        length = len(term) * (HANGUL_LETTERS if IS_HANGUL.match(term) else 1)
        says = LENGTH_WEIGHTS[min(length, len(LENGTH_WEIGHTS) - 1)]
        if not says and term.isalpha():
            return 0.0
        few = max(MIN_LENGTH_SHARE, 1 / (1 + self.passages / MANY))
        return rare * (1 - few + few * says * FEW_FACTOR)

    def weigh_name(self, term: str) -> float:
        """Return the weight of a shared name, up to 2."""
        return 0.0 if term in GENERIC else NAME_WEIGHT * self._measure(term)

    def _measure(self, term: str) -> float:
        """Return 1 for a term of one passage, less for a term of more, 0 for a common one."""
        common = max(MIN_COMMON, COMMON_SHARE * self.passages)
        return max(0.0, 1 - math.log(self.counts.get(term, 1)) / math.log(common))


def _count_kinds(text: str) -> Counter[str]:
    """Count the words within sentences, and of these capitals and German words: so German differs from many names."""
    kinds: Counter[str] = Counter()
    for sentence in filter(None, SENTENCE_END.split(text)):
        words = sentence.split()[1:]
        if len(words) >= MIN_SENTENCE:
            kinds["all"] += len(words)
            kinds["capitals"] += sum(word[0].isupper() and len(word) > 1 for word in words)
            kinds["German"] += sum(word in COMMON_GERMAN for word in words)
    return kinds


def _is_german(kinds: Counter[str]) -> bool:
    return kinds["capitals"] > NOUN_SHARE * kinds["all"] and kinds["German"] > GERMAN_SHARE * kinds["all"]
