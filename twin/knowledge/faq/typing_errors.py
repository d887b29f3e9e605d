"""Typing errors of one letter in long words, where what was typed is no word itself."""

from __future__ import annotations

from rapidfuzz.distance import OSA

from .lexicon import CODES, is_word

MIN_LETTERS = 6  # of a word with a letter missing, added or wrong
MIN_UNKNOWN = 7  # of such a word that no dictionary has
MIN_SWAPPED = 5  # of one with two letters exchanged
MIN_DOUBLED = 4  # of one with a letter twice
LOOSE_ENDING = {"en": 2, "de": 2}  # letters that inflect a word at its end, where an error may make another form of it
LONG_ENDING = 3  # the same in other languages


def is_slip(typed: str, word: str, code: str) -> bool:
    """Return whether `typed` is `word` with one letter missing, added or wrong, or two exchanged, and no word itself.

    Of a word that no dictionary has, which may be a name, no letter may be wrong: that may make another name. `code`
    is that of the language; without a dictionary there are no typing errors.
    """
    if code not in CODES or typed[0] != word[0] or not (typed.isalpha() and word.isalpha()):
        return False
    if OSA.distance(typed, word, score_cutoff=1) != 1:
        return False
    shorter = min(len(typed), len(word))
    place = next((index for index in range(shorter) if typed[index] != word[index]), shorter)
    if sorted(typed) == sorted(word):
        return len(word) >= MIN_SWAPPED and not is_word(typed, code)
    if len(typed) > len(word) and typed[place] == typed[place - 1]:
        return len(word) >= MIN_DOUBLED and not is_word(typed, code)
    is_inside = place <= shorter - LOOSE_ENDING.get(code, LONG_ENDING)
    if not is_inside or len(word) < MIN_LETTERS or is_word(typed, code):
        return False
    return is_word(word, code) or (len(typed) != len(word) and len(word) >= MIN_UNKNOWN)
