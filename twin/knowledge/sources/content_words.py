"""The words of a text that say what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...grounding.support import CALENDAR, UNITS, is_frequent
from ...text.scripts import HANGUL, HIRAGANA
from ...text.words import IS_UNSPACED, WORD, find_words, fold_letters

MIN_LETTERS = 3
IS_HANGUL, HANGUL_LETTERS = re.compile(f"[{HANGUL}]"), 3  # of a syllable, which is one character
IS_HIRAGANA = re.compile(f"[{HIRAGANA}]+")  # which Japanese inflects with
FULL_LETTERS = 13  # of a word that weighs as much as a name
MAX_WEIGHT, SHORT_WEIGHT = 1.2, 0.2
GENERIC_TEXT = """
a about after again also always am an another answer any anything ask available be because been before being best between
both but call came can cannot come could course did documents does doing don't done each else even ever every everything
example feel few find first free full gladly glad go good got great had happy has have having he hello help her here him his
how however if in include into interested its just kind know known last later like list listed lists little long look made make many maybe
mean me mention might more most much name named need never new next no nothing now often oh okay only open or other others
our out over own part people perhaps please possible question questions quite rather really right same say see several she
should since so some someone something soon sorry still such sure take tell than thank thanks their them then there these
they thing things think those through time to today together too turned two under until up us use used using very want
was way we well went were what when where whether which while who whom whose why will within without work worked works
working would yes yet written notes wrote
aber alle allem allen alles also am andere anderen anders auch beide beim bin bitte da dabei dafür damit danach dann darf
das dass davon dazu deine denn dich dir diese diesem diesen dieser dieses doch dort du durch eben einige einmal er es
etwas euch fragen frage für ganz gehen gerade gern gerne gibt hab habe haben hast hat hatte hier ihm ihn ihnen ihr ihre
immer in ja jede jedem jeden jeder jedes jetzt kann kein keine keinen können könnte mal man machen mache mehr mich mir
muss möchte möchten nach neben nein nicht nichts noch nun nur ob ohne schon sehr sein seine selbst sich sind so sondern
soll steht um und uns unsere unter viel viele vielen vom vor wann war waren warum was weil weiter welche welchen wenn wer
werden aufgeschrieben geschrieben unterlagen dokumente notizen wie wieder wir wird wissen wo wollen worden wurde würde ziemlich zusammen zwischen über
"""
GENERIC = frozenset(map(fold_letters, GENERIC_TEXT.split()))


@dataclass(frozen=True)
class ContentWord:
    """A word and its place in the text, folded; its weight, from 0.2 to 1.2, is the higher the longer the word."""

    start: int
    text: str
    folded: str
    weight: float


def find_content_words(text: str) -> Iterator[ContentWord]:
    """Yield the words of a text but those that any text has, numbers, months, weekdays, and units.

    Of scripts without spaces between words, each two adjoining letters are one.
    """
    for match in WORD.finditer(text):
        word = match[0]
        if IS_UNSPACED.match(word):
            yield from _cut_unspaced(word, match.start())
            continue
        folded = fold_letters(word)
        size = len(folded) * (HANGUL_LETTERS if IS_HANGUL.match(word) else 1)
        if size < MIN_LETTERS or folded.isdigit() or folded in GENERIC or is_frequent(word):
            continue
        if folded not in CALENDAR and folded not in UNITS:
            weight = SHORT_WEIGHT if size <= MIN_LETTERS else min(MAX_WEIGHT, size / FULL_LETTERS)
            yield ContentWord(match.start(), word, folded, weight)


def _cut_unspaced(word: str, start: int) -> Iterator[ContentWord]:
    for place, pair in enumerate(find_words(word)):
        if not IS_HIRAGANA.fullmatch(pair):
            yield ContentWord(start + place, pair, fold_letters(pair), SHORT_WEIGHT)
