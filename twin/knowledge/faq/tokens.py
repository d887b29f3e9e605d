"""The tokens of a question: its words and numbers, in one form for whatever way they are written."""

from __future__ import annotations

import re
import unicodedata

from ...text.scripts import UNSPACED
from ...text.words import split_words

APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4\u0060\u2032", "''''''")
EMOTICON = re.compile(r"(?<!\S)(?:[:;=8x]['-]?[()\[\]DPpOo3/\\|*]+|<3+|\^\^|[xX]D+)(?!\S)")
EMOJI = re.compile("[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]+")
# A number with its separators and sign, which parts no words: 1.5 is not 15, and -5 not 5.
NUMBER = re.compile(r"(?<![\w.,])[-\u2212\u2013]?\d+(?:[.,:]\d+)+|(?<![\w.,)\]-])(?<!\d )[-\u2212]\d+")
GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
BETWEEN_UNSPACED = re.compile(f"(?<=[{UNSPACED}]) (?=[{UNSPACED}])")
# Modifier letters: what stands for a number's separators and sign, so that these part no words.
POINT, MINUS = "\u02c8", "\u02c9"


def fold_question(question: str) -> str:
    """Return a question without case and punctuation: equal ones ask the same.

    Spaces count where they part words and numbers, and not between letters of a script that has none.
    """
    return BETWEEN_UNSPACED.sub("", " ".join(split_words(NUMBER.sub(_keep_number, question))))


def split_question(question: str) -> list[str]:
    """Return the tokens of a question, without emoticons, in the case in which they were written."""
    text = unicodedata.normalize("NFKC", question).translate(APOSTROPHES)
    text = EMOJI.sub(" ", EMOTICON.sub(" ", NUMBER.sub(_keep_number, text)))
    return "".join(character if _is_kept(character) else " " for character in text).split()


def fold_accents(word: str) -> str:
    """Return a word without accents and other marks above or below its letters."""
    if word.isascii():
        return word
    return "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))


def _keep_number(match: re.Match[str]) -> str:
    number = match.group()
    sign, digits = (MINUS, number[1:]) if number[0] in "-\u2212\u2013" else ("", number)
    if GROUPED.fullmatch(digits):
        return sign + re.sub("[.,]", "", digits)
    return sign + re.sub("[.,]", POINT, digits).replace(":", f"{POINT}{POINT}")


def _is_kept(character: str) -> bool:
    return character in "'#%&@-" or unicodedata.category(character)[0] not in "PCZ"
