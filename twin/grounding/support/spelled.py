"""The numbers of a text that are written in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from text_to_num import find_numbers

from .quantity import Quantity, as_key
from .units import SCALE_OF

SPELLED_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")  # of text2num, for numbers in words
MAX_UNCOUNTED = 1  # “one” and “first” are articles and adverbs as often as numbers
# Words that text2num does not know.
OTHER_WORDS = {
    "dozen": 12, "dutzend": 12, "anderthalb": 1.5, "twice": 2, "zweimal": 2, "dreimal": 3, "viermal": 4,
    "zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "sechst": 6, "siebt": 7, "acht": 8, "neunt": 9, "zehnt": 10,
}  # fmt: skip
WORDS = re.compile(r"[^\W\d_]+|[^\w\s]")


@dataclass(frozen=True)
class _Token:
    value: str

    def text(self) -> str:
        return self.value

    def nt_separated(self, _previous: object) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return not self.value[0].isalpha()


def find_spelled(text: str, language: str) -> Iterator[Quantity]:
    """Yield the numbers in words, from 2 on."""
    places = list(WORDS.finditer(text))
    words = [match[0].casefold() for match in places]
    if language in SPELLED_LANGUAGES:
        for found in find_numbers([_Token(word) for word in words], language, 0.0):
            if found.value > MAX_UNCOUNTED and words[found.start] not in SCALE_OF:
                scale = SCALE_OF.get(words[found.end], 0) if found.end < len(words) else 0
                last = places[found.end if scale else found.end - 1]
                yield _spelled(places[found.start].start(), last.end(), found.value * (scale or 1))
    for match in places:
        if value := OTHER_WORDS.get(match[0].casefold()):
            yield _spelled(*match.span(), value)


def _spelled(start: int, end: int, value: float) -> Quantity:
    return Quantity(start, end, frozenset({as_key(value)}), value, is_spelled=True)
