"""Words and addresses that are broken at the end of a line."""

from __future__ import annotations

import re

from .fragments import HYPHENS
from .glyphs import SOFT_HYPHEN
from .links import simplify

# After these words a hyphen stays, wherever the line ends.
PREFIX_WORDS = """
all co cross ex full half high long low mid multi non off part pre post self short well twenty thirty forty fifty sixty
seventy eighty ninety demi dix vingt trente quarante cinquante soixante quatre peut celui celle ceux
"""
PREFIXES = frozenset(PREFIX_WORDS.split())
CONJUNCTIONS = frozenset("and or und oder bzw sowie bis et ou y e o i en of og och és ja tai".split())  # noqa: SIM905
ADDRESS = re.compile(r"://|^www\.|@|^[\w.-]+\.[a-z]{2,}/|\w/\w+[/.]", re.IGNORECASE)
BREAKS_AFTER = ("/", ".", "-", "_", "=", "&", "?", "@", "%", "#", "+", "~")
ADDRESS_PART = re.compile(r"^[\w.~%/?#&=+:@-]*[/.=_?&%#@-][\w.~%/?#&=+:@-]*[),.;]?$")


def join_lines(lines: list[str], addresses: set[str]) -> list[str]:
    """Return lines of which none ends within a word; `addresses` are those that links lead to."""
    said = {word.strip(".,;:()").casefold() for line in lines for word in line.split()}
    joined: list[str] = []
    for line in lines:
        glue = _find_glue(joined[-1], line, said, addresses) if joined and joined[-1] and line else None
        if glue is None:
            joined.append(line)
            continue
        first, _, rest = line.partition(" ")
        joined[-1] = joined[-1][: len(joined[-1]) - glue] + first
        if rest:
            joined.append(rest)
    return [line.replace(SOFT_HYPHEN, "-") for line in joined]


def _find_glue(above: str, below: str, said: set[str], addresses: set[str]) -> int | None:
    """Return how many characters at the end of the line above are dropped when the two are joined; None if never."""
    last, first = above.split()[-1], below.split()[0]
    if _is_one_address(last, first, addresses):
        return 0
    if not last.endswith(HYPHENS):
        return 0 if last.endswith("–") and last[:1].isdigit() and first[0].isdigit() else None
    stem = last[:-1]
    if not stem or not first[0].isalnum() or not stem[-1].isalnum():
        return None
    if first.rstrip(",.") in CONJUNCTIONS:
        return None
    return 0 if last[-1] != SOFT_HYPHEN and _keeps_hyphen(stem, first, said) else 1


def _is_one_address(last: str, first: str, addresses: set[str]) -> bool:
    whole = simplify((last + first).strip("().,;:<>"))
    if len(whole) > len(first) and any(whole in address for address in addresses) and ADDRESS.search(whole):
        return True
    if first[0] == "@" or last.endswith("@"):
        return last[-1].isalnum() or first[0].isalnum()
    if not ADDRESS.search(last) or not last.endswith(BREAKS_AFTER):
        return False
    return last[-1] in "-_=&?%#@" or bool(ADDRESS_PART.match(first))


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
