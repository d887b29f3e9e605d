"""The words of a text, by which passages are found and cited."""

from __future__ import annotations

import re
import unicodedata

STEM = 5  # letters; what longer words begin with stands for their inflections, in any language
# Marks that are parts of words: for Python's \w they are not, and Hindi or Arabic would fall to pieces.
MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd"
    "\u0a01-\u0a03\u0a3c-\u0a4d\u0abc-\u0acd\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd\u0d3e-\u0d4d\u0dca-\u0ddf"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u20d0-\u20f0"
)
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
WORD = re.compile(f"[{UNSPACED}]+|(?:(?![{UNSPACED}])[^\\W_])(?:(?![{UNSPACED}])(?:[^\\W_]|[{MARKS}]))*")
IS_UNSPACED = re.compile(f"[{UNSPACED}]")


def find_words(text: str) -> list[str]:
    """Return the words of a text in their order, folded; where no spaces part them, each two letters that adjoin."""
    words = []
    for word in WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if len(word) > 1 and IS_UNSPACED.match(word):
            words += [word[index : index + 2] for index in range(len(word) - 1)]
        else:
            words.append(word)
    return words


def find_terms(text: str) -> list[str]:
    """Return what a text is found by: its words and their stems, which of short words are the same."""
    words = find_words(text)
    return words + [word[:STEM] for word in words]
