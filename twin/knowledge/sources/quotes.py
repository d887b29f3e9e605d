"""Quotes: the sentences of a passage that a visitor is shown as a source."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...text.sentences import cut_sentences

MAX_QUOTE = 300  # characters
LIST_MARKS = " \t\n\r-–—•*#>|"  # that no quote begins with
DATA_FILES = (".json", ".jsonl")
DATA_MARKS = re.compile(r"[{}\[\]]|(?<=[\"\d])\s*,\s*$|\"", re.MULTILINE)


def quote(text: str, file: str, weigh: Callable[[str], float]) -> str:
    """Return the adjoining sentences of a text that weigh most, of MAX_QUOTE characters at most, as prose."""
    pieces = list(cut_sentences(text, MAX_QUOTE)) or [(0, len(text))]
    weights = [weigh(text[start:end]) for start, end in pieces]
    first = last = max(range(len(pieces)), key=weights.__getitem__)
    while True:
        near = [
            place
            for place in (first - 1, last + 1)
            if 0 <= place < len(pieces)
            and weights[place] > 0
            and pieces[max(place, last)][1] - pieces[min(place, first)][0] <= MAX_QUOTE
        ]
        if not near:
            break
        best = max(near, key=weights.__getitem__)
        first, last = min(first, best), max(last, best)
    return _as_prose(text[pieces[first][0] : pieces[last][1]], file)


def _as_prose(part: str, file: str) -> str:
    """Return a part of a document without the marks of a list before it; of data, without brackets and quotes."""
    if file.lower().endswith(DATA_FILES):
        lines = (" ".join(DATA_MARKS.sub("", line).split()) for line in part.split("\n"))
        part = "\n".join(filter(None, lines))
    part = part.strip()
    return part.lstrip(LIST_MARKS) or part
