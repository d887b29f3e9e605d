"""The facts of a text: its words, numbers and dates, by which a specific is found in it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from ...system.caching import cached_property
from ...system.fairness import give_turn
from ...text.scripts import MARKED_BLOCKS, UNSPACED
from ...text.sentences import cut_pieces
from ...text.words import find_words, fold_letters
from .calendar import find_dates
from .languages import tell_language
from .names import CONNECTORS, TOKEN
from .quantities import find_quantities
from .quantity import Quantity
from .units import DAYS, MONEY
from .units import KEYS as UNITS

WINDOW = 6  # words, within which the parts of a name stand together
MAX_GROWTH = 2  # factor by which NFKC may lengthen a text: one character can become 18, but no text needs that
ACRONYM = re.compile(r"(?<!\w)[^\W\d_a-zß-öø-ÿ]{3,}(?!\w)")
IS_OTHER_SCRIPT = re.compile(f"[{UNSPACED}{MARKED_BLOCKS}]")
MAX_PLACES = 50  # of a word of a name in one text
PIECE = 500  # characters that are looked at at once; between two pieces other threads have their turn
PART = re.compile(r"[^\W_]+")
ITEM = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]", re.MULTILINE)
SINCE = re.compile(r"\b(?:since|seit|depuis|desde|dal|sinds)\b\D{0,20}((?:19|20)\d\d)", re.IGNORECASE)
SINGLE = re.compile(r"\b(?:an?|one|per|eine?[nmr]?|une?|un[ao]?|pro) (\w+)")
BIRTH = re.compile(
    r"(?:\bborn\b|\bbirth\w*|\bgeb(?:oren|urt\w*|\.)|\bjahrgang\b|\bnée?\b|\bnacid[oa]\b|\bnat[oa]\b)"
    r"\D{0,40}?(?:\d{1,2}\D{1,12})?((?:19|20)\d\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Facts:
    """The words of one text in their order, folded, and its numbers and dates."""

    sequence: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    dates: frozenset[str] = frozenset()  # months and weekdays
    births: frozenset[int] = frozenset()  # years of birth
    beginnings: frozenset[int] = frozenset()  # years since which something is so
    acronyms: frozenset[str] = frozenset()  # words in capitals, folded
    durations: frozenset[tuple[float, str]] = frozenset()  # numbers of a unit of time
    items: int = 0  # of lists
    language: str = "en"

    @classmethod
    def of(cls, text: str) -> Facts:
        """Return the facts of a text."""
        text = unicodedata.normalize("NFKC", text)[: MAX_GROWTH * len(text)]
        language = tell_language([text])
        pieces = [text[start:end] for start, end in cut_pieces(text, PIECE)]
        quantities: list[Quantity] = []
        dates: set[str] = set()
        words: list[str] = []
        for piece in pieces:
            give_turn()
            quantities += find_quantities(piece, language)
            dates.update(*(each.implied for each in find_dates(piece)))
            words += _find_words(piece)
        durations = {(each.value, each.unit) for each in quantities if each.value and each.unit in DAYS}
        durations |= {(1.0, unit) for word in SINGLE.findall(text) if (unit := UNITS.get(word.casefold())) in DAYS}
        return cls(
            tuple(words),
            tuple(quantities),
            frozenset(dates),
            frozenset(int(year) for piece in pieces for year in BIRTH.findall(piece)),
            frozenset(int(year) for piece in pieces for year in SINCE.findall(piece)),
            frozenset(fold_letters(word) for word in ACRONYM.findall(text)),
            frozenset(durations),
            len(ITEM.findall(text)),
            language,
        )

    @cached_property
    def numbers(self) -> Mapping[str, frozenset[str]]:
        """The keys of all numbers and dates, each with the units that it has in the text."""
        units: defaultdict[str, set[str]] = defaultdict(set)
        for each in self.quantities:
            for key in each.keys:
                units[key].add(each.unit)
                for part in key.split("/") if "/" in key else ():  # “17/20” for “17 of 20”
                    units[part].add("")
        for key in self.dates:
            units[key].add("")
        if self.items > 1:
            units[str(self.items)].add("")
        return {key: frozenset(found) for key, found in units.items()}

    @cached_property
    def prices(self) -> frozenset[float]:
        """The amounts of money."""
        return frozenset(each.value for each in self.quantities if each.value and each.unit in MONEY)

    @cached_property
    def rates(self) -> frozenset[float]:
        """The percentages."""
        return frozenset(each.value for each in self.quantities if each.value and each.unit == "%")

    @cached_property
    def words(self) -> frozenset[str]:
        """The words."""
        return frozenset(self.sequence)

    @cached_property
    def initials(self) -> str:
        """The first letter of each word, in their order; then the same without connecting words."""
        telling = (word for word in self.sequence if word not in CONNECTORS)
        return " ".join("".join(word[:1] for word in words) for words in (self.sequence, telling))

    def has_near(self, words: Sequence[Collection[str]]) -> bool:
        """Return whether the words of a name, each in one of its forms, stand near each other."""
        places = [
            [*islice((n for n, each in enumerate(self.sequence) if each in forms), MAX_PLACES)] for forms in words
        ]
        return all(
            any(abs(one - other) <= WINDOW for one in ones for other in others)
            for ones, others in pairwise(places)
            if ones and others
        )


def _find_words(text: str) -> Iterator[str]:
    """Yield the words of a text, folded; of a joined one also its parts; without spaces, each two letters."""
    for match in TOKEN.finditer(text):
        yield fold_letters(match[0])
        if not match[0].isalnum():
            yield from map(fold_letters, PART.findall(match[0]))
    if IS_OTHER_SCRIPT.search(text):
        yield from map(fold_letters, find_words(text))
