"""Right-to-left text, from the order in which it is seen to the order in which it is read.

The inverse of the Unicode bidirectional algorithm (UAX 9) for a line without embeddings: what it resolves to numbers
and words from left to right is turned back, and all else is read from the right.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("«", "»"))
STRONG_RIGHT = ("R", "AL")
PHONE = re.compile(r"\+\d[\d ()-]{6,}\d")  # written from left to right, or the plus would stand at its other end


def count_directions(text: str) -> tuple[int, int]:
    """Return how many letters of a text are written from left to right, and how many from right to left."""
    if text.isascii():
        return sum(map(str.isalpha, text)), 0
    kinds = [unicodedata.bidirectional(character) for character in text if character.isalpha()]
    right = sum(kind in STRONG_RIGHT for kind in kinds)
    return len(kinds) - right, right


def is_from_right(seen: str, *, is_page: bool) -> bool:
    """Return whether a line is read from the right, by the ends and letters of what is seen; else as its page is."""
    strong = [kind for character in seen if (kind := unicodedata.bidirectional(character)) in ("L", *STRONG_RIGHT)]
    left, right = count_directions(seen)
    if not strong or not right:
        return is_page
    if is_page:
        return strong[-1] != "L" or left <= 2 * right
    return strong[-1] != "L" and (strong[0] != "L" or right >= left)


def read_from_right(seen: list[str]) -> str:
    """Return a line of a right-to-left text as it is read; `seen` are its characters from left to right."""
    kinds = _resolve(seen)
    parts: list[str] = []
    end = len(seen)
    while end:
        start = end - 1
        while start and kinds[start] == kinds[start - 1] != "R":
            start -= 1
        parts.append("".join(seen[start:end]))
        end = start
    return _mirror("".join(parts))


def read_from_left(seen: list[str]) -> str:
    """Return a line of a left-to-right text as it is read, where some words are written from right to left."""
    right = [index for index, text in enumerate(seen) if unicodedata.bidirectional(text[0]) in STRONG_RIGHT]
    parts: list[str] = []
    start = 0
    for first, last in _find_runs(seen, right):
        parts += ["".join(seen[start:first]), read_from_right(seen[first : last + 1])]
        start = last + 1
    return _mirror("".join([*parts, "".join(seen[start:])]))


def _find_runs(seen: list[str], right: list[int]) -> list[tuple[int, int]]:
    """Return where runs of right-to-left characters begin and end; neutral ones between two belong to them."""
    runs: list[tuple[int, int]] = []
    for index in right:
        if runs and not any(unicodedata.bidirectional(text[0]) == "L" for text in seen[runs[-1][1] : index]):
            runs[-1] = runs[-1][0], index
        else:
            runs.append((index, index))
    return runs


def _resolve(seen: list[str]) -> list[str]:
    """Return the direction of each character: `R`, or `L` and a number's `EN` or `AN`, of which runs are kept."""
    kinds = [unicodedata.bidirectional(text[0]) for text in seen]
    _resolve_numbers(kinds)
    for match in PHONE.finditer("".join(text[0] for text in seen)):
        kinds[match.start() : match.end()] = ["EN"] * (match.end() - match.start())
    left = [index for index, kind in enumerate(kinds) if kind == "L"]
    for first, last in pairwise(left):
        if not {"R", "AL"} & {*kinds[first:last]}:
            kinds[first:last] = ["L"] * (last - first)
    _attach_numbers(kinds)
    _close_brackets(seen, kinds)
    return [kind if kind in ("L", "EN", "AN") else "R" for kind in kinds]


def _resolve_numbers(kinds: list[str]) -> None:
    """Apply the rules W2, W4 and W5 to a line that is read from its right end."""
    strong = "R"
    for index in range(len(kinds) - 1, -1, -1):
        if kinds[index] in ("L", "R", "AL"):
            strong = kinds[index]
        elif kinds[index] == "EN" and strong == "AL":
            kinds[index] = "AN"
    for index in range(1, len(kinds) - 1):
        before, kind, after = kinds[index - 1 : index + 2]
        if before == after and ((before == "EN" and kind in ("ES", "CS")) or (before == "AN" and kind == "CS")):
            kinds[index] = before
    for order in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for index in order:
            if kinds[index] == "ET" and kinds[index + step] == "EN":
                kinds[index] = "EN"


def _attach_numbers(kinds: list[str]) -> None:
    """Count numbers as a part of the word before them, such as the version in “Python 3” or the year in a link."""
    for index, kind in enumerate(kinds):
        if kind not in ("EN", "AN"):
            continue
        before = index - 1
        while before >= 0 and kinds[before] not in ("L", "R", "AL", "EN", "AN"):
            before -= 1
        if before >= 0 and kinds[before] == "L":
            kinds[before:index] = ["L"] * (index - before)
            kinds[index] = "L"
        elif index + 1 < len(kinds) and kinds[index + 1] == "L":
            start = index
            while start and kinds[start - 1] in ("EN", "AN"):
                start -= 1
            kinds[start : index + 1] = ["L"] * (index + 1 - start)


def _close_brackets(seen: list[str], kinds: list[str]) -> None:
    """Count a bracket at the end of words from left to right as theirs where they have opened it (rule N0)."""
    brackets = "".join(map("".join, PAIRS))
    for index in range(1, len(kinds)):
        if seen[index] in brackets and kinds[index] != "L" and kinds[index - 1] == "L":
            start = index
            while start and kinds[start - 1] == "L":
                start -= 1
            if sum(text in brackets for text in seen[start:index]) % 2:
                kinds[index] = "L"


def _mirror(text: str) -> str:
    """Return a text with its brackets the right way round; fonts differ in whether they say what is seen or meant."""
    for opening, closing in PAIRS:
        parts = re.split(f"[{re.escape(opening + closing)}]", text)
        if len(parts) % 2:  # else one is left open, or closed, on another line
            text = "".join(part + (opening, closing)[index % 2] for index, part in enumerate(parts[:-1])) + parts[-1]
    return text
