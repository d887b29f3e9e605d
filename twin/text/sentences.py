"""Where a sentence ends, and where a text can be divided at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

# No sentence ends behind an initial or one of these abbreviations.
ABBREVIATIONS = """
Dr Prof Mr Mrs Ms St Nr No vs ca bzw Hr Fr Ing Dipl geb Str bspw inkl usf evtl approx Jr Sr ed eds pp
"""
NO_END = "".join(rf"(?<!\b{word}\.)" for word in [r"[^\W\d_]", *ABBREVIATIONS.split()])
SENTENCE_END = re.compile(rf"(?:(?<=[!?…])|(?<=\.){NO_END})[\"'”’)\]]*\s+|(?<=[。！？])|(?<=[।؟])\s+|\n")
WHITE_SPACE = re.compile(r"\s+")


def find_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence of a text, with the white space behind it."""
    return pairwise([0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)])


def select_sentences(text: str, places: Iterable[int]) -> list[str]:
    """Return the sentences of a text that hold any of these places, in their order."""
    wanted = set(places)
    found = [text[a:b].strip() for a, b in find_sentences(text) if any(a <= place < b for place in wanted)]
    return list(filter(None, found))


def cut_sentences(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence of a text; those of more than `most` characters are cut, between words."""
    start = 0
    for _, end in find_sentences(text):
        while end - start > most:
            spaces = [match.start() for match in WHITE_SPACE.finditer(text, start + 1, start + most + 1)]
            place = spaces[-1] if spaces else start + most
            yield start, place
            start = place
        if text[start:end].strip():
            yield start, end
            start = end


def cut_pieces(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of parts of a text, each of as many whole sentences as fit `most` characters."""
    start = last = 0
    for _, end in cut_sentences(text, most):
        if end - start > most and last > start:
            yield start, last
            start = last
        last = end
    if start < len(text):
        yield start, len(text)
