"""The tokens of a question: its words and numbers, in one form for whatever way they are written."""

from __future__ import annotations

import re
import unicodedata

from ...text.scripts import UNSPACED
from ...text.words import split_words

APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4\u0060\u2032", "''''''")
EMOTICON = re.compile(r"(?<!\S)(?:[:;=]['-]?[()\[\]DPpOo3/\\|*]+|[8x]['-]?[()\[\]D]+|<3+|\^\^|[xX]D+)(?!\S)")
# Faces, hearts and hands, which say how a message is meant; of other emoji it may speak.
MOOD = "\u2639-\u263b\u2661\u2665\u2763\u2764\u270a-\u270d\u2728\U0001f440-\U0001f450\U0001f48b-\U0001f49f"
MOOD += "\U0001f4aa\U0001f5a4\U0001f600-\U0001f64f\U0001f90c-\U0001f917\U0001f91a-\U0001f930"
MOOD += "\U0001f970-\U0001f97a\U0001fa77\U0001fae0-\U0001faf8"
EMOJI = "\u2600-\u27bf\u2b50\U0001f000-\U0001faff"
JOINERS = "\ufe0f\u200d\U0001f3fb-\U0001f3ff"
WAVING = re.compile(f"\U0001f44b[{JOINERS}]*")
TRAILING = re.compile(f"(?:[{MOOD}{JOINERS}\\s]+|(?<=[.!?\u2026])[{EMOJI}{JOINERS}\\s]+)$")
MIN_BEFORE = 4  # words of a message that may end with emoji; a shorter one may be about them
# A number with its separators and sign, which parts no words: 1.5 is not 15, and -5 not 5.
NUMBER = re.compile(r"(?<![\w.,])[-\u2212\u2013]?\d+(?:[.,:]\d+)+|(?<![\w.,)\]-])(?<!\d )[-\u2212]\d+")
GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
BETWEEN_UNSPACED = re.compile(f"(?<=[{UNSPACED}]) (?=[{UNSPACED}])")
# Modifier letters: what stands for a number's separators and sign, so that these part no words.
POINT, MINUS = "\u02c8", "\u02c9"
# Signs at a digit or a single letter, which are a part of it: 3/4, A-, 5*, 5'.
SIGN = re.compile(
    r"(?<=\d)[-\u2013\u2212*/](?=\d)|(?<=\d)/|/(?=\d)|(?<=\b[^\W\d_])/(?=[^\W\d_]\b)"
    r"|(?:(?<=\d)|(?<=\b[^\W\d_]))[-*'\"]+(?!\w)"
)
OPENING_SIGN = re.compile(r"(?<!\w)(['\"*])\w")  # one that has a word between it and the next
SIGNS = str.maketrans("/-\u2013\u2212*'\"", "\u02ca\u02cb\u02cb\u02cb\u02cc\u02cd\u02ce")


def fold_question(question: str) -> str:
    """Return a question without case and punctuation: equal ones ask the same.

    Spaces count where they part words and numbers, and not between letters of a script that has none.
    """
    spaced = " ".join(question.translate(APOSTROPHES).split())
    return BETWEEN_UNSPACED.sub("", " ".join(split_words(_keep_signs(spaced))))


def split_question(question: str) -> list[str]:
    """Return the tokens of a question, without emoticons and emoji of mood, in the case in which they were written."""
    text = " ".join(unicodedata.normalize("NFKC", question).translate(APOSTROPHES).split())
    text = EMOTICON.sub(" ", WAVING.sub(" ", _keep_signs(text)))
    ending = TRAILING.search(text)
    if ending and len(text[: ending.start()].split()) >= MIN_BEFORE:
        text = text[: ending.start()]
    text = text.replace("\ufe0f", "")
    return "".join(character if _is_kept(character) else " " for character in text).split()


def fold_accents(word: str) -> str:
    """Return a word without accents and other marks above or below its letters."""
    if word.isascii():
        return word
    return "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))


def _keep_signs(text: str) -> str:
    """Return a text with a letter for each separator and sign that belongs to a number or a single letter."""
    opened = set(OPENING_SIGN.findall(text))
    return SIGN.sub(
        lambda match: match.group() if opened & set(match.group()) else match.group().translate(SIGNS),
        NUMBER.sub(_keep_number, text),
    )


def _keep_number(match: re.Match[str]) -> str:
    number = match.group()
    sign, digits = (MINUS, number[1:]) if number[0] in "-\u2212\u2013" else ("", number)
    if GROUPED.fullmatch(digits):
        return sign + re.sub("[.,]", "", digits)
    return sign + re.sub("[.,]", POINT, digits).replace(":", f"{POINT}{POINT}")


def _is_kept(character: str) -> bool:
    return character in "'#%&@-" or unicodedata.category(character)[0] not in "PCZ"
