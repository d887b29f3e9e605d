"""Names among German nouns, all of which have a capital."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

NAME_TAGS = ("NE", "FM")  # STTS: proper noun, foreign word
ADJECTIVE_TAGS = ("ADJ", "NNA")
ADJECTIVE_ENDINGS = ("e", "en", "er", "es", "em")
MAX_LETTERS = 30  # of a word that is read, which takes time with their square
MAX_WORDS = 20_000  # whose readings are kept
LEXICAL = -20.0  # the logarithm of a word's probability, above which the tagger's lexicon has it
CERTAIN, CERTAIN_OF_LEXICAL = 1.0, 3.0  # by which that of a name exceeds the next reading
# A word before a noun: an article, a pronoun, or an adjective, which ends like these.
BEFORE_NOUN = re.compile(
    r"(?:^|\W)(?:als|zum|zur|beim|im|am|vom|pro|kein|mein|dein|sein|ein|das|[a-zäöüß]{2,}(?:e|en|er|es|em))\s+$"
)
NO_ADJECTIVE = re.compile(
    r"(?:^|\W)(?:über|unter|hinter|neben|gegen|wegen|waren|haben|leben|wohnen|arbeiten|oder|aber|heute)\s+$"
)


def is_name(word: str) -> bool:
    """Return whether a German word, or a part between hyphens, is a name rather than a noun."""
    return any(_is_name(part) for part in word.split("-") if part)


def may_be_name(word: str) -> bool:
    """Return whether the most likely reading of a word with a capital is a name."""
    return len(word) <= MAX_LETTERS and _read(word)[0][0] in NAME_TAGS


def is_adjective(word: str) -> bool:
    """Return whether a word with a capital is an adjective, as in “Deutscher Buchpreis”."""
    return (
        len(word) <= MAX_LETTERS and word.endswith(ADJECTIVE_ENDINGS) and _read(word)[0][0].startswith(ADJECTIVE_TAGS)
    )


def has_article(text: str, place: int) -> bool:
    """Return whether an article or adjective stands before `place`, as it does before a noun, not before a name."""
    before = text[max(0, place - 40) : place]
    return BEFORE_NOUN.search(before) is not None and not NO_ADJECTIVE.search(before)


def _is_name(word: str) -> bool:
    if len(word) > MAX_LETTERS:
        return False
    (tag, best), *others = _read(word)
    margin = CERTAIN_OF_LEXICAL if best > LEXICAL else CERTAIN
    return tag in NAME_TAGS and all(best - other >= margin or tag in NAME_TAGS for tag, other in others)


@lru_cache(MAX_WORDS)
def _read(word: str) -> list[tuple[str, float]]:
    readings: list[tuple[str, float]] = load_tagger().tag_word(word)
    return readings


@cache
def load_tagger() -> Any:
    """Return the tagger (HanTa), which takes 0.1 s to load, and 43 MB."""
    from HanTa.HanoverTagger import HanoverTagger

    return HanoverTagger("morphmodel_ger.pgz")
