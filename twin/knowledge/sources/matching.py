"""Whether a passage is the source of a sentence: it holds the sentence's specifics, and enough of its other words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...grounding.support import NOBODY, Claims, Collection, Holders, Specific
from .content_words import ContentWord, find_content_words

# Of a sentence without what the question said; a name, or a number of some size, weighs 1.
SMALL_NUMBER, SMALL_NUMBER_WEIGHT, DATE_WEIGHT = 12, 0.6, 0.5
MAX_QUESTION = 2_000  # characters that are compared
OWNERS_FACTOR = 0.25  # of a name that the persona has, which is no sign of a document
MIN_OPERANDS = 3  # numbers of a sentence that shows how one follows from others
MIN_OWN = 0.3  # weight, at least, that a source shares
MIN_SCORE = 0.6  # of what is shared, with what the passage has of the question, and its rank
MIN_COVERAGE, MIN_SHORT_COVERAGE = 0.4, 0.6  # share of the weight of a sentence, and of a short one
AMPLE_OWN = 2.0  # weight that is no coincidence
MIN_TOLD = 0.4  # share of the weight of what a sentence tells about names, of so many words or more
MIN_WORDS_TOLD = 3
MIN_REPEATED = 0.5  # share of the weight of what a sentence repeats of the question
SHORT_SENTENCE = 70  # characters
ASKED_FACTOR, MAX_ASKED = 0.5, 0.6  # of the weight of the question's words, and what they add at most
RANK_BONUS = ((1, 0.4), (3, 0.3), (6, 0.2))  # for a passage among the first that were found for the question
MAX_RANK = 1_000  # of a passage that was not found
NOUN_LETTERS = 5  # of a word that may be a noun
NO_NOUN = ("est", "ly", "ed", "ing", "ful", "ous", "ive")  # endings of English words that are none
LONG_NOUN = 9  # letters of a German noun, which in a short sentence is the claim itself
SWAPPED_COVERAGE = 0.7  # of a sentence whose one unknown noun may have taken the place of another
MAX_SWAPPED_SENTENCE = 110  # characters
DETERMINER = re.compile(r"\b(?:an?|the|my|our|his|her|their|some|with|of)\s+(?:\w+\s+)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Sentence:
    """A sentence of an answer with what it claims; positions are in code points of the answer."""

    start: int
    end: int
    specifics: tuple[Specific, ...]
    words: tuple[ContentWord, ...]  # those outside the specifics

    @classmethod
    def of(cls, claims: Claims, start: int, end: int) -> Sentence:
        """Read the part of an answer from `start` to `end`."""
        specifics = tuple(each for each in claims.specifics if start <= each.start < end)
        words = find_content_words(claims.text[start:end])
        free = (word for word in words if not any(one.start <= start + word.start < one.end for one in specifics))
        return cls(start, end, specifics, tuple(free))

    @property
    def is_short(self) -> bool:
        """Whether a sentence makes one claim, mostly."""
        return self.end - self.start <= SHORT_SENTENCE


class Matcher:
    """Compares the sentences of one answer with texts that it may rest on."""

    def __init__(self, claims: Claims, question: str, texts: Collection, persona: Collection) -> None:
        """Prepare to compare with `texts`; a specific may stand in `persona`, the owner's own text, instead."""
        self._claims = claims
        self._texts = texts
        self._persona = persona
        self._asked = tuple(find_content_words(question[:MAX_QUESTION]))
        self._asked_words = frozenset(word.folded for word in self._asked)
        self._is_own_language = claims.language == claims.given.language

    def has_foreign_noun(self, sentence: Sentence) -> bool:
        """Return whether a short German sentence has a long noun that stands nowhere in what the model was given."""
        if not sentence.is_short or self._claims.language != "de" or not self._is_own_language:
            return False
        long = (word for word in sentence.words if word.text[0].isupper() and len(word.folded) >= LONG_NOUN)
        return any(map(self._is_foreign, long))

    def measure(self, sentence: Sentence, ranks: Mapping[int, int]) -> dict[int, float]:
        """Return the scores of the texts that are sources of a sentence, by their places.

        `ranks` are the places of texts among those that were found for the question.
        """
        candidates, derived = self._find_candidates(sentence)
        if not candidates:
            return {}
        own: dict[int, float] = dict.fromkeys(candidates, 0.0)
        asked = dict(own)
        total = 0.0
        for weight, holders, is_asked, counts in self._weigh(sentence, derived):
            shares = asked if is_asked else own
            for place in candidates & holders:
                shares[place] += weight
            total += 0 if is_asked or not counts else weight
        repeats, told = self._share_repeated(sentence, candidates), self._share_told(sentence, candidates)
        for word in self._asked:
            for place in candidates & self._texts.find_word(word.folded):
                asked[place] += word.weight
        if not total and not derived:
            return {}
        least = MIN_SHORT_COVERAGE if sentence.is_short else MIN_COVERAGE
        scores = {}
        for place in candidates:
            bonus = next((bonus for most, bonus in RANK_BONUS if ranks.get(place, MAX_RANK) < most), 0.0)
            score = own[place] + min(MAX_ASKED, ASKED_FACTOR * asked[place]) + bonus
            is_covered = own[place] >= max(MIN_OWN, least * total)
            is_asked = own[place] >= AMPLE_OWN or repeats[place] >= MIN_REPEATED
            is_covered = is_covered and is_asked and told[place] >= MIN_TOLD
            if is_covered and score >= MIN_SCORE:
                scores[place] = score
        if scores and total and self._is_swapped(sentence, max(own[place] for place in scores) / total):
            return {}
        return scores

    def _find_candidates(self, sentence: Sentence) -> tuple[Holders, list[Specific]]:
        """Return the texts that have all specifics of a sentence, and the numbers that need not stand there.

        These follow from others, or are what others follow from. What stands in the persona need not stand there
        either; without any other specific, a common word is enough.
        """
        claims, texts = self._claims, self._texts
        needed = [each for each in sentence.specifics if not claims.find(each, self._persona, is_strict=True)]
        holders = {each: claims.find(each, texts, is_strict=True) for each in needed}
        derived: list[Specific] = []
        if needed:
            if found := frozenset.intersection(*holders.values()):
                return found, derived
            derived = [each for each in needed if claims.is_derived(each)]
            if derived and sum(each.number is not None for each in needed) >= MIN_OPERANDS:  # of several texts
                derived += [each for each in needed if each.number and each not in derived and holders[each]]
            if rest := [holders[each] for each in needed if each not in derived]:
                return frozenset.intersection(*rest), derived
        near = [claims.find(each, texts) for each in sentence.specifics]
        return NOBODY.union(*near, *(texts.find_word(word.folded) for word in sentence.words)), derived

    def _weigh(self, sentence: Sentence, derived: Sequence[Specific]) -> Iterator[tuple[float, Holders, bool, bool]]:
        """Yield the weight of each specific and word, the texts that have it, and whether the question has.

        The last of four is whether it counts where a text lacks it.
        """
        claims, texts = self._claims, self._texts
        for each in sentence.specifics:
            is_asked = bool(claims.find(each, claims.asked))
            is_of_owner = texts is not self._persona and bool(each.name and claims.find(each, self._persona))
            weight = OWNERS_FACTOR * _weigh(each) if is_of_owner else _weigh(each)
            yield weight, claims.find(each, texts), is_asked, each not in derived
        for word in sentence.words:
            is_asked = word.folded in self._asked_words or bool(claims.asked.find_word(word.folded))
            yield word.weight, texts.find_word(word.folded), is_asked, True

    def _share_repeated(self, sentence: Sentence, candidates: Holders) -> dict[int, float]:
        """Return for each text the share, by weight, that it has of the question's words in a sentence: what is asked.

        A question may presuppose what is not so. In another language than the documents, all is taken to be there.
        """
        words = [
            word for word in sentence.words if word.folded in self._asked_words and len(word.folded) >= NOUN_LETTERS
        ]
        return self._share(words, candidates)

    def _share_told(self, sentence: Sentence, candidates: Holders) -> dict[int, float]:
        """Return for each text the share that it has of what a sentence tells about names."""
        words = [word for word in sentence.words if word.folded not in self._asked_words]
        has_names = sentence.specifics and not any(each.number or each.date for each in sentence.specifics)
        return self._share(words if has_names and len(words) >= MIN_WORDS_TOLD else [], candidates)

    def _share(self, words: Sequence[ContentWord], candidates: Holders) -> dict[int, float]:
        total = sum(word.weight for word in words)
        if not total or not self._is_own_language:
            return dict.fromkeys(candidates, 1.0)
        shares = dict.fromkeys(candidates, 0.0)
        for word in words:
            for place in candidates & self._texts.find_word(word.folded):
                shares[place] += word.weight / total
        return shares

    def _is_swapped(self, sentence: Sentence, coverage: float) -> bool:
        """Return whether a sentence, but for one noun that stands nowhere, repeats a text."""
        if coverage < SWAPPED_COVERAGE or sentence.end - sentence.start > MAX_SWAPPED_SENTENCE:
            return False
        if self._claims.language == "de" or not self._is_own_language:
            return False
        long = (word for word in sentence.words if len(word.folded) >= NOUN_LETTERS)
        foreign = [word for word in long if not word.folded.endswith(NO_NOUN) and self._is_foreign(word)]
        text, start = self._claims.text, sentence.start
        return len(foreign) == 1 and DETERMINER.search(text, start, start + foreign[0].start) is not None

    def _is_foreign(self, word: ContentWord) -> bool:
        known = (self._claims.given, self._claims.beside)
        return not any(texts.find_word(word.folded) or texts.find_compound(word.folded) for texts in known)


def _weigh(specific: Specific) -> float:
    if specific.date:
        return DATE_WEIGHT
    number = specific.number
    if number and number.value is not None and number.value <= SMALL_NUMBER and number.unit not in ("time", "code"):
        return SMALL_NUMBER_WEIGHT
    return 1.0
