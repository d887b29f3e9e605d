"""The words of a text, and their forms for comparison."""

from __future__ import annotations

import re
import unicodedata

from .scripts import COMBINING_MARKS, UNSPACED, UNSPACED_NAMES

STEM = 5  # letters; the beginning of longer words stands for their inflections, in any language
WORD = re.compile(f"[{UNSPACED}]+|(?:(?![{UNSPACED}])[^\\W_])(?:(?![{UNSPACED}])(?:[^\\W_]|[{COMBINING_MARKS}]))*")
IS_UNSPACED = re.compile(f"[{UNSPACED}]")
IS_UNSPACED_NAME = re.compile(f"[{UNSPACED_NAMES}]")
NAMING = set("#%&@")  # punctuation that is a part of names, as in C#


def find_words(text: str) -> list[str]:
    """Return the words of a text in their order, folded; where no spaces part words, each two adjoining letters."""
    words = []
    for word in WORD.findall(fold_case(text)):
        if len(word) > 1 and IS_UNSPACED.match(word):
            words += [word[index : index + 2] for index in range(len(word) - 1)]
        else:
            words.append(word)
    return words


def find_terms(text: str) -> list[str]:
    """Return the terms that the index finds a text by: its words, and their stems; a short word is its own."""
    words = find_words(text)
    return words + [word[:STEM] for word in words]


def split_words(text: str) -> list[str]:
    """Return the parts of a text between white space or punctuation, folded; C# and C stay apart."""
    folded = fold_case(text)
    return "".join(" " if _parts_words(character) else character for character in folded).split()


def fold_case(text: str) -> str:
    """Return a text without case and without compatibility forms (NFKC), such as full width; accents stay."""
    return unicodedata.normalize("NFKC", text).casefold()


def fold_letters(word: str) -> str:
    """Return the letters and digits of a word, without case and accents."""
    if word.isascii() and word.isalnum():  # most are, and the rest takes long
        return word.lower()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", word.casefold())))


def _parts_words(character: str) -> bool:
    return character.isspace() or (unicodedata.category(character)[0] in "PCZ" and character not in NAMING)
