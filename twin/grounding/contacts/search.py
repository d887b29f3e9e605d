"""Search a text for contacts in any dress, and for its end that may still become one."""

from __future__ import annotations

import re

from .dressed import DRESSED, find_dressed, find_local, find_open_dress
from .patterns import CONTACT, PLAIN, find_open
from .spelled import find_open_spelled, find_spelled

TOKEN_CHARACTERS = 8  # as many as a model writes at once


def find_tail(text: str, start: int) -> int:
    """Return where, after `start`, a tail of `text` begins that may still become a contact, in any dress."""
    return min(find_open(text, start), find_open_dress(text, start), find_open_spelled(text, start))


def find_first(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first contact that begins between two places, in any dress; one found spares a search of the rest."""
    plain = None if PLAIN.fullmatch(text, start) else _find_plain(text, start, end)
    end = min(end, plain.start() + 1) if plain else end
    found = [match for match in (find_dressed(text, start, end), find_spelled(text, start, end), plain) if match]
    return min((match for match in found if match.start() < end), key=re.Match.start, default=None)


def find_begin(match: re.Match[str]) -> int:
    """Return where a match begins, with the name before a sign in another dress."""
    return find_local(match.string, match.start())[1] if match.re is DRESSED else match.start()


def _find_plain(text: str, start: int, end: int) -> re.Match[str] | None:
    if end - start <= TOKEN_CHARACTERS:
        return next(filter(None, (CONTACT.match(text, place) for place in range(start, end))), None)
    return CONTACT.search(text, start)
