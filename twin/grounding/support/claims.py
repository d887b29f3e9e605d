"""The claims of an answer: its specifics, and which of them stand in what the model was given."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from ...system.caching import cached_property
from ...system.fairness import give_turn
from ...text.sentences import cut_pieces
from .calendar import find_dates
from .collection import Collection, Holders
from .derived import follows
from .facts import PIECE, Facts
from .languages import tell_language
from .names import ADDRESS, Word, find_names, find_titles
from .quantities import find_quantities
from .quantity import Quantity

MAX_READ = 20_000  # characters of an answer that are checked
MAX_OPERANDS = 5  # other numbers, the nearest, that one may follow from
MAX_SPECIFICS = 200  # of an answer; more are not checked
MAX_ASKED = 2_000  # the same of a question
MAX_LISTED = 12
# After a number, its noun and a mark, what is listed: “three woods: oak, ash and walnut”.
LISTED = re.compile(r"[^\n.,:;!?–—]{1,40}[:,–—]\s*([^\n.:;!?]{3,300})")
ITEM_END = re.compile(r"\s*,\s*(?:(?:and|und|et|y|e|en|or|oder)\s+)?|\s+(?:and|und|et|y|e|en|or|oder|&)\s+")
ITEM_NUMBER = re.compile(r"^[ \t]*\d{1,2}[.)](?=[ \t])", re.MULTILINE)
DECADE = re.compile(r"(?:19|20)\d0(?:[’']?s|er)\b")
SHARES = (
    (r"half|halb|hälft|moitié|demi|mitad|metà|metade|helft", (0.5,)),
    (r"quarter|viertel|\bquart|cuart|kwart", (0.25, 0.75)),
    (r"third|drittel|tiers|terci|terz|derde", (1 / 3, 2 / 3)),
)


@dataclass(frozen=True, eq=False)
class Specific:
    """A name, number or date in an answer; positions are in code points."""

    start: int
    end: int
    name: tuple[Word, ...] = ()
    number: Quantity | None = None
    date: str = ""  # a month or weekday


@dataclass(frozen=True, eq=False)
class Claims:
    """The specifics of one answer, and the facts of all that the model was given."""

    text: str
    language: str
    asked: Collection  # the question alone
    given: Collection  # the documents, or what of them was sent
    beside: Collection  # all else that the model was given: persona, the visitor's messages, the date
    year: int  # this one
    specifics: tuple[Specific, ...]
    _derived: dict[Specific, bool] = field(default_factory=dict)
    _holders: dict[tuple[Specific, Collection, bool], Holders] = field(default_factory=dict)

    @classmethod
    def read(cls, answer: str, question: str, given: Collection, beside: Iterable[Facts], year: int) -> Claims:
        """Find the specifics of an answer to a question, which is given to the model too."""
        text, question = answer[:MAX_READ], question[:MAX_ASKED]
        language = tell_language([text, question])
        asked = Facts.of(question)
        known = Collection([*beside, asked])
        return cls(
            text,
            language,
            Collection([asked]),
            given,
            known,
            year,
            tuple(islice(find_specifics(text, language, language == given.language), MAX_SPECIFICS)),
        )

    def find_unsupported(self) -> list[Specific]:
        """Return the specifics that stand nowhere, and follow from nothing."""
        return [each for each in self.specifics if not self._is_supported(each)]

    def find(self, specific: Specific, texts: Collection, *, is_strict: bool = False) -> Holders:
        """Return the texts that have a specific; a number with the same unit or, unless `is_strict`, without one."""
        key = (specific, texts, is_strict and specific.number is not None)
        if key not in self._holders:
            self._holders[key] = texts.find(specific, self.language, is_strict=is_strict)
        return self._holders[key]

    def is_derived(self, specific: Specific) -> bool:
        """Return whether a number follows from others near it in the answer, of the question, and of the texts."""
        if specific.number is None:
            return False
        if self._is_listed(specific):
            return True
        if specific not in self._derived:
            numbers = (each for each in self.specifics if each.number and each is not specific)
            near = heapq.nsmallest(MAX_OPERANDS, numbers, key=lambda each: abs(each.start - specific.start))
            others = [each.number for each in near if each.number] + [*self.asked.texts[0].quantities[:MAX_OPERANDS]]
            known = (self.given, self.beside)
            self._derived[specific] = follows(specific.number, others, known, self.year, self._shares)
        return self._derived[specific]

    def _is_listed(self, specific: Specific) -> bool:
        """Return whether as many things as a number says are listed behind it, in its sentence."""
        number = specific.number
        if not number or number.unit not in ("", "count") or number.value not in range(2, MAX_LISTED + 1):
            return False
        sentence = LISTED.match(self.text, specific.end)
        return sentence is not None and len(ITEM_END.split(sentence[1])) == number.value

    @cached_property
    def _shares(self) -> list[float]:
        """The fractions that the answer names."""
        return [share for form, all_ in SHARES for share in all_ if re.search(form, self.text, re.IGNORECASE)]

    def _is_supported(self, specific: Specific) -> bool:
        give_turn()
        return bool(self.find(specific, self.beside) or self.find(specific, self.given)) or self.is_derived(specific)


def find_specifics(text: str, language: str, has_items: bool = False) -> Iterator[Specific]:
    """Yield the specifics of a text in their order, but for contacts, which are checked as such.

    With `has_items`, words alone in the items of lists are names: in the language of the documents, which have them.
    """
    for start, end in cut_pieces(text, PIECE):
        give_turn()
        specifics = _find_specifics(text[start:end], language, has_items)
        for found in sorted(specifics, key=lambda each: each.start):
            yield replace(found, start=start + found.start, end=start + found.end) if start else found


def _find_specifics(text: str, language: str, has_items: bool) -> Iterator[Specific]:
    numbers = find_quantities(text, language)
    spelled = {each.start for each in numbers if each.is_spelled}
    addresses = [match.span() for pattern in (ADDRESS, ITEM_NUMBER, DECADE) for match in pattern.finditer(text)]
    names = (
        name
        for name in (*find_names(text, language, has_items=has_items), *find_titles(text))
        if name[0].start not in spelled
    )
    found = [
        *(Specific(name[0].start, name[-1].end, name) for name in names),
        *(Specific(each.start, each.end, date=each.key) for each in find_dates(text)),
        *(Specific(each.start, each.end, number=each) for each in numbers),
    ]
    return (each for each in found if not any(start <= each.start < end for start, end in addresses))


def merge_spans(specifics: Sequence[Specific]) -> list[tuple[int, int]]:
    """Return the spans of specifics in their order, overlapping ones as one."""
    spans: list[tuple[int, int]] = []
    for each in specifics:
        if spans and each.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], each.end))
        else:
            spans.append((each.start, each.end))
    return spans
