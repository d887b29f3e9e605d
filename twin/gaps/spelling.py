"""Whether two words are one, in other spelling: misspelt, contracted, or British and American.

A word that is another one in any dictionary is never taken for a misspelling: “funded” is not “founded”, “dauerte” is
not “dauert”, and Christina is not Christian, since the dictionaries have most given names.
"""

from __future__ import annotations

import re

from ..knowledge.faq.lexicon import CODES, is_word
from ..text.words import IS_UNSPACED_NAME, fold_letters

MIN_LETTERS, MIN_SIMILARITY = 5, 0.8  # of a misspelt word, and the share of it that is right
LANGUAGES = ("en", *sorted(CODES - {"en"}), "it", "pt")  # whose dictionaries are read, until both words are found
CONTRACTIONS = {"s": ("is", "has", "es"), "m": ("am",), "re": ("are",), "ve": ("have",), "ll": ("will",)}
CONTRACTIONS["d"] = ("would", "had")
# British endings and the American ones; words such as “hour” and “mourning” have no American form.
AMERICAN = (
    (
        re.compile(
            r"^((?:dis|mis|un)?(?:arm|behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|od|rig|rum|sav|splend|vap|vig))our"
        ),
        r"\1or",
    ),
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|ation|ations)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{2}l)ys(?=(?:e|es|ed|er|ers|ing)$)"), "yz"),
    (re.compile(r"^(cent|theat|lit|met|kilomet|fib|meag|spect)re(s?)$"), r"\1er\2"),
    (re.compile(r"^(travel|cancel|model|label|counsel)l(?=ing|ed|er|or)"), r"\1"),
)


def is_variant(word: str, other: str) -> bool:
    """Return whether two words are one by the rules of spelling: contracted, or British and American."""
    if other in CONTRACTIONS.get(word, ()) or word in CONTRACTIONS.get(other, ()):
        return True
    return min(len(word), len(other)) >= MIN_LETTERS and _make_american(word) == _make_american(other)


def may_be_misspelt(word: str, other: str, *, is_name: bool) -> bool:
    """Return whether the letters of two words are nearly the same; false in scripts without spaces.

    In a name only letters that were exchanged are an error, since another letter may make another name.
    """
    from rapidfuzz.distance import OSA

    both = word + other
    if word[0] != other[0] or min(len(word), len(other)) < MIN_LETTERS or IS_UNSPACED_NAME.search(both):
        return False
    if is_name and sorted(word) != sorted(other) and fold_letters(word) != fold_letters(other):
        return False
    near = OSA.normalized_similarity(word, other, score_cutoff=MIN_SIMILARITY) > 0
    return near and not any(character.isdecimal() for character in both)


def is_one_known(word: str, other: str) -> bool:
    """Return whether dictionaries have one of two words, and not the other; to look a word up takes 0.1 ms."""
    missing = {word, other}
    for code in LANGUAGES:
        missing -= {each for each in missing if is_word(each, code)}
        if not missing:
            return False
    return len(missing) == 1


def _make_american(word: str) -> str:
    for pattern, ending in AMERICAN:
        word = pattern.sub(ending, word)
    return word
