"""How much a word that two texts share says about where one of them comes from."""

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

SHARE = 0.25  # of all passages; a word that is in as many says nothing
LEAST = 4  # passages that this comes to at least
MANY = 25  # passages, from which on counting says as much as a word's length
# What a word of so many letters says where they are few; longer ones say what the last does.
LENGTHS = (0, 0, 0, 0.15, 0.4, 0.65, 0.85, 1.0, 1.1, 1.2, 1.4)
HANGUL_LETTERS = 3  # of a syllable, which is one character
LEAST_FEW = 0.4  # share that its length has however many there are
FEW_WEIGHT = 0.7  # of a word where there are few passages
INFLECTED = 0.7  # of another form of a word
PAIR = 0.35  # of two Chinese letters, or of a run of Thai ones: about a third of a word
NAME = 2.0
ADDRESS = 2.0
NUMBERS = (1.0, 1.0, 1.2, 1.5, 1.5, 2.0)  # of a number of so many digits; longer ones weigh the same
NOUNS = 0.22  # share of capitals within sentences, from which on they may be what nouns have, as in German
SENTENCE = 6  # words of a sentence, from which on capitals are counted
GERMAN = 0.06  # share of these words, from which on they are: a CV in English has as many capitals, of names
# What an English answer says whatever it is about.
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
    """In how many passages of a library each word is."""

    counts: Counter[str] = field(default_factory=Counter)
    passages: int = 0
    noun_capitals: frozenset[str] = frozenset()  # documents in whose language nouns have a capital

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> Rarity:
        """Count the words of all passages of a library: half a second or more for a megabyte, in which others go on."""
        counts: Counter[str] = Counter()
        kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for passage in passages:
            give_turn()
            evidence = Evidence.of(passage.evident)  # which is not kept: most passages are never given
            counts.update(evidence.terms)
            kinds[passage.document].update(_count_kinds(passage.text))
        nouns = frozenset(document for document, kind in kinds.items() if _is_german(kind))
        return cls(counts, len(passages), nouns)

    def weigh(self, term: str) -> float:
        """Return what it says that a term is shared, from 0; about 1 for a rare word, and for a number up to 2."""
        if term in GENERIC or not (rare := self._measure(term)):
            return 0.0
        if term[0] == "@":
            return ADDRESS * rare
        if term[0] == "#":
            return NUMBERS[min(sum(map(str.isdigit, term)), len(NUMBERS) - 1)] * rare
        if IS_UNSPACED.match(term):
            return 0.0 if IS_HIRAGANA.match(term) else PAIR * rare
        length = len(term) * (HANGUL_LETTERS if IS_HANGUL.match(term) else 1)
        says = LENGTHS[min(length, len(LENGTHS) - 1)]
        if not says and term.isalpha():
            return 0.0
        few = max(LEAST_FEW, 1 / (1 + self.passages / MANY))
        return rare * (1 - few + few * says * FEW_WEIGHT)

    def weigh_name(self, term: str) -> float:
        """Return the same of a name."""
        return 0.0 if term in GENERIC else NAME * self._measure(term)

    def _measure(self, term: str) -> float:
        """Return 1 for a term of one passage, less for one of more, 0 for one of many."""
        common = max(LEAST, SHARE * self.passages)
        return max(0.0, 1 - math.log(self.counts.get(term, 1)) / math.log(common))


def _count_kinds(text: str) -> Counter[str]:
    """Count what tells German from a text of many names: words within sentences, capitals and German words of them."""
    kinds: Counter[str] = Counter()
    for sentence in filter(None, SENTENCE_END.split(text)):
        words = sentence.split()[1:]
        if len(words) >= SENTENCE:
            kinds["all"] += len(words)
            kinds["capitals"] += sum(word[0].isupper() and len(word) > 1 for word in words)
            kinds["German"] += sum(word in COMMON_GERMAN for word in words)
    return kinds


def _is_german(kinds: Counter[str]) -> bool:
    return kinds["capitals"] > NOUNS * kinds["all"] and kinds["German"] > GERMAN * kinds["all"]
