"""Words and addresses that are broken at the end of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .addresses import ADDRESS, is_one_address
from .fragments import HYPHENS, Fragment
from .glyphs import SOFT_HYPHEN
from .links import simplify
from .stretches import LINE_PITCH

NEAR = 4  # rows
LETTER = 0.9  # font sizes; the width of one
# After these words a hyphen stays, wherever the line ends.
PREFIX_WORDS = """
all co cross ex full half high long low mid multi non off part pre post self short well twenty thirty forty fifty sixty
seventy eighty ninety demi dix vingt trente quarante cinquante soixante quatre peut celui celle ceux
"""
PREFIXES = frozenset(PREFIX_WORDS.split())
CONJUNCTIONS = frozenset("and or und oder bzw sowie bis et ou y e o i en of og och és ja tai".split())  # noqa: SIM905


def join_lines(lines: list[str], addresses: set[str], full: Sequence[bool] = ()) -> list[str]:
    """Return lines of which none ends within a word; `addresses` are those that links lead to.

    `full` says which lines end where their column does.
    """
    said = {word.strip(".,;:()").casefold() for line in lines for word in line.split()}
    joined: list[str] = []
    is_full = False
    for index, line in enumerate(lines):
        ends = (joined[-1], line) if joined and joined[-1] and line else None
        glue = _find_glue(*ends, said, addresses, is_full=is_full) if ends else None
        is_full = bool(full) and full[index]
        if glue is None:
            joined.append(line)
            continue
        first, _, rest = line.partition(" ")
        joined[-1] = joined[-1][: len(joined[-1]) - glue] + first
        if rest:
            joined.append(rest)
    return [line.replace(SOFT_HYPHEN, "-") for line in joined]


def find_full(rows: Sequence[Sequence[Fragment]]) -> list[bool]:
    """Return for each row whether it ends where its column does: where a near one ends too, and none goes further."""
    full: list[bool] = []
    for index, row in enumerate(rows):
        right = max(fragment.right for fragment in row)
        above, below = rows[max(0, index - NEAR) : index + 1][::-1], rows[index : index + NEAR + 1]
        near = [*_walk_column(above), *_walk_column(below)]
        ends = [max(fragment.right for fragment in other) - right for other in near]
        room = LETTER * row[0].size
        full.append(any(abs(end) < room for end in ends) and max(ends) < room)
    return full


def _walk_column(rows: Sequence[Sequence[Fragment]]) -> Iterator[Sequence[Fragment]]:
    """Yield the rows after the first that begin under or above it, line by line."""
    for before, row in pairwise(rows):
        size = row[0].size
        if abs(before[0].y - row[0].y) > LINE_PITCH * size or abs(before[0].left - row[0].left) > size:
            return
        yield row


def _find_glue(above: str, below: str, said: set[str], addresses: set[str], *, is_full: bool) -> int | None:
    """Return how many characters at the end of the line above are dropped when the two are joined; None if never."""
    last, first = above.split()[-1], below.split()[0]
    if _is_linked(last, first, addresses) or is_one_address(last, first, is_full=is_full):
        return 0
    if not last.endswith(HYPHENS):
        return 0 if last.endswith("–") and last[:1].isdigit() and first[0].isdigit() else None
    stem = last[:-1]
    if not stem or not first[0].isalnum() or not stem[-1].isalnum():
        return None
    if first.rstrip(",.") in CONJUNCTIONS:
        return None
    return 0 if last[-1] != SOFT_HYPHEN and _keeps_hyphen(stem, first, said) else 1


def _is_linked(last: str, first: str, addresses: set[str]) -> bool:
    """Return whether two words are one address that a link leads to."""
    whole = simplify((last + first).strip("().,;:<>"))
    is_part = len(whole) > len(first) and any(whole in address for address in addresses)
    return is_part and ADDRESS.search(whole) is not None


def _keeps_hyphen(stem: str, first: str, said: set[str]) -> bool:
    """Return whether a hyphen at the end of a line belongs to the word, by what else the text says."""
    word = re.sub(r"\W+$", "", first)
    if first[0].isupper() or stem[-1].isupper():
        return not (stem + word).isupper()
    if first[0].isdigit() or stem[-1].isdigit() or "-" in stem.strip("-") or "-" in word.strip("-") or "@" in first:
        return True
    whole, hyphenated = (stem + word).casefold(), f"{stem}-{word}".casefold()
    if whole in said or hyphenated in said:
        return whole not in said
    return stem.casefold() in PREFIXES
