"""The facts of many texts together, in which a word or specific is looked up once for all of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...system.caching import cached_property
from ...system.fairness import give_turn
from .exonyms import SAME
from .facts import Facts

if TYPE_CHECKING:
    from .claims import Specific
    from .names import Name, Word

STEM = 4  # letters that other forms of a word share
MAX_INFLECTION = 3  # letters that an inflected form is longer or shorter
MIN_COMPOUND = 5  # letters of a known word that a compound begins with
MIN_ACRONYM = 3
MIN_SHARE = 0.6  # of a name's words, that a text in another language has
# Words of names that are translated.
GENERIC_TEXT = """
university universitat college school schule academy akademie institute institut prize preis award medal medaille
foundation stiftung professor prof doctor doktor phd msc bsc mba ma ba company firma verlag press publisher museum
society gesellschaft association verein club orchestra orchester festival conference konferenz tagung north nord south
sud east ost west sea lake mount saint st the license lizenz licence street strasse road low high new
"""
GENERIC = frozenset(GENERIC_TEXT.split())

Holders = frozenset[int]  # places of texts in their collection
NOBODY: Holders = frozenset()


@dataclass(frozen=True)
class _Found:
    """The forms of a word of a name, the texts that have one, and those that have at least a part of it."""

    forms: frozenset[str]
    holders: Holders
    partial: Holders


class Collection:
    """The facts of the texts that a model is given, by their places; unchanged once made."""

    def __init__(self, texts: Iterable[Facts]) -> None:
        self.texts: Sequence[Facts] = tuple(texts)
        self._words: defaultdict[str, set[int]] = defaultdict(set)
        self._numbers: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
        self._languages: defaultdict[str, set[int]] = defaultdict(set)
        for place, facts in enumerate(self.texts):
            give_turn()
            self._languages[facts.language].add(place)
            for word in facts.words:
                self._words[word].add(place)
            for key, units in facts.numbers.items():
                self._numbers[key].update((place, unit) for unit in units)
        self._stems: defaultdict[str, list[str]] = defaultdict(list)
        self._places: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words):
            if len(word) >= STEM:
                self._stems[word[:STEM]].append(word)
            if word in SAME:
                self._places[SAME[word]].append(word)

    @cached_property
    def language(self) -> str:
        """The language of most texts."""
        return max(self._languages, key=lambda language: len(self._languages[language]), default="en")

    @cached_property
    def births(self) -> frozenset[int]:
        """The years of birth."""
        return frozenset().union(*(facts.births for facts in self.texts))

    @cached_property
    def beginnings(self) -> frozenset[int]:
        """The years since which something is so."""
        return frozenset().union(*(facts.beginnings for facts in self.texts))

    @cached_property
    def durations(self) -> frozenset[tuple[float, str]]:
        """The numbers of a unit of time."""
        return frozenset().union(*(facts.durations for facts in self.texts))

    @cached_property
    def prices(self) -> frozenset[float]:
        """The amounts of money."""
        return frozenset().union(*(facts.prices for facts in self.texts))

    @cached_property
    def rates(self) -> frozenset[float]:
        """The percentages."""
        return frozenset().union(*(facts.rates for facts in self.texts))

    def find_word(self, word: str) -> Holders:
        """Return the texts that have a word, or another form of it."""
        return self._join(self._find_forms(word))

    def find_compound(self, word: str) -> Holders:
        """Return the German texts that have a word which a compound begins with."""
        found = (self._words.get(word[:size], NOBODY) for size in range(MIN_COMPOUND, len(word) - 2))
        return NOBODY.union(*found) & self._languages.get("de", NOBODY) if self._languages.keys() & {"de"} else NOBODY

    def find(self, specific: Specific, language: str, *, is_strict: bool = False) -> Holders:
        """Return the texts that have a specific; a number with the same unit or, unless `is_strict`, without one."""
        if number := specific.number:
            same = (found for key in number.keys for found in self._numbers.get(key, ()))
            return frozenset(place for place, unit in same if _may_equal(number.unit, unit, is_strict))
        if specific.date:
            return frozenset(place for place, _ in self._numbers.get(specific.date, ()))
        name = specific.name
        found = self._find_name(name, language) or self._find_initials(name)
        if not found and len(name) > 1 and name[0].is_initial and not name[0].is_marked:
            found = self._find_name(name[1:], language)
        return found

    def _find_name(self, name: Name, language: str) -> Holders:
        """Return the texts that have all words of a name, near each other.

        In another language than the answer's, most of them are enough: “Universität Bremen”, “University of Bremen”.
        """
        words = [self._find_name_word(word) for word in name]
        found = frozenset.intersection(*(word.holders for word in words)) & self._languages.get(language, set())
        if len(words) > 1:
            found = frozenset(place for place in found if self.texts[place].has_near([word.forms for word in words]))
        telling = [each for word, each in zip(name, words, strict=True) if word.folded not in GENERIC]
        counts = Counter(place for each in telling for place in each.partial)
        forms = [each.forms for each in telling]
        most = (place for place, count in counts.items() if count >= MIN_SHARE * len(telling))
        foreign = {place for place in most if self.texts[place].has_near(forms)}
        if not telling:
            foreign = set(range(len(self.texts)))
        return found | (foreign - self._languages.get(language, set()))

    def _find_name_word(self, word: Word) -> _Found:
        """Find a word, or else all parts of one that is made of parts, or else a word that it begins with."""
        forms = frozenset(self._find_forms(word.folded))
        holders = self._join(forms)
        if holders or len(word.parts) == 1:
            holders = holders or self.find_compound(word.folded)
            return _Found(forms, holders, holders)
        parts = [frozenset(self._find_forms(part)) for part in word.parts if len(part) > 1]
        found = [self._join(part) for part in parts] or [NOBODY]
        return _Found(parts[-1] if parts else forms, frozenset.intersection(*found), NOBODY.union(*found))

    def _find_initials(self, name: Name) -> Holders:
        """Return the texts that have a name's initials for the name, or the words of an acronym."""
        if len(name) >= MIN_ACRONYM:
            initials = "".join(word.folded[:1] for word in name)
            acronyms = frozenset().union(*(facts.acronyms for facts in self.texts))
            return self._join(word for word in acronyms if word.endswith(initials))
        acronym = name[0].folded
        if len(name) > 1 or not name[0].text.isupper() or len(acronym) < MIN_ACRONYM:
            return NOBODY
        return frozenset(place for place, facts in enumerate(self.texts) if acronym in facts.initials)

    def _find_forms(self, word: str) -> Iterator[str]:
        """Yield the words of all texts that are this one, or another form of it, perhaps in another language."""
        if word in self._words:
            yield word
        elif len(word) <= STEM and word.endswith("s") and word[:-1] in self._words:  # APIs
            yield word[:-1]
        yield from self._places.get(SAME.get(word, ""), ())
        if len(word) >= STEM:
            yield from (other for other in self._stems.get(word[:STEM], ()) if other != word and _is_form(word, other))

    def _join(self, words: Iterable[str]) -> Holders:
        return NOBODY.union(*(self._words[word] for word in words))


def _is_form(word: str, other: str) -> bool:
    """Return whether two words that begin alike differ by a short ending only."""
    short, long = (word, other) if len(word) < len(other) else (other, word)
    if len(long) - len(short) > MAX_INFLECTION:
        return False
    same = next((n for n in range(STEM, len(short)) if short[n] != long[n]), len(short))
    return len(long) - same <= MAX_INFLECTION and len(short) - same < MAX_INFLECTION


def _may_equal(unit: str, other: str, is_strict: bool) -> bool:
    """Return whether numbers with these units may be the same."""
    if unit == other or not unit or unit.startswith("month ") or other.startswith("month ") or "time" in (unit, other):
        return True
    return not other and (not is_strict or unit == "count")
