"""The names of a text: words with capitals, as far as the language tells names by these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...system.caching import cached_property
from ...text.words import fold_letters
from . import german
from .calendar import KEYS
from .languages import NOUN_LANGUAGES, is_frequent

TOKEN = re.compile(r"[^\W_]\w*(?:(?:[-’'./&]|(?<=\w)\+(?=\w))[^\W_]\w*)*(?:#|\+\+)?")
PART = re.compile(r"[^\W_]+[#+]*")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+)+/\S+")
QUOTED = re.compile(r"[\"“„«»]([^\"“”„«»\n.!?]{2,80})[\"”“«»]")
TITLES = frozenset({"dr", "prof", "st", "mr", "mrs", "ms", "hr", "fr"})  # with a dot behind them
MAX_WORDS = 8  # of a name; more are another one
MIN_TITLE = 3  # words with capitals in a row, in German
MAX_TITLE = 12  # words in quotation marks that may be a title
OPENING = " \t\"'“”‘’«»„(*_["  # marks before a word that begins a sentence, or stands within one
ENDING = ".!?…:;\n\r-–—•|>#。！？"  # a capital after them makes no name
SYMBOL = re.compile("[\u2023\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]")  # bullets, arrows and emoji, which end one too
LABEL = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t].*|(?:[-*•][ \t]+|\d{1,2}[.)][ \t]+)?"
    r"\*\*[^*\n]{1,80}(?::\*\*|\*\*[ \t]*[:–—-]))",
    re.MULTILINE,
)
MARKED = re.compile(r"^[^\W\d_]*[A-Z][^\W_]*[A-Z\d]|[a-zà-ÿ][A-Z]|#|\+\+|^[A-Za-z]+\d")  # acronyms, MongoDB, C#, V300
ITEM_BEGINS = re.compile(r"(?:(?:^|\n)[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+|\|[ \t]*|:[ \t]+)[*_\"“]*$")
# A dash behind bold words makes them a label.
ITEM_ENDS = re.compile(r"[*_\"”]*[ \t]*(?:$|[\n|,(]|(?<!\*\*)(?<!\*\* )[–—])")
TABLE_HEAD_ENDS = re.compile(r"[^\n]*\n[ \t]*\|?[ \t:]*-{2,}")
MAX_LINE = 200  # characters
CONNECTORS_TEXT = """
of the for & de du des del della di da do van von der den zu
"""
CONNECTORS = frozenset(CONNECTORS_TEXT.split())
# Capitals that name nothing that could be wrong.
NEUTRAL_TEXT = """
i i'm i've i'd i'll ok okay faq cv ai ki uk us usa eu mr mrs ms dr prof herr frau am pm a.m p.m e.g i.e z.b d.h usw
etc ab mio mrd tsd app apps url pdf id it tv vat ph.d bsc msc sie ihr ihnen ihre ihrem ihren ihrer ihres du dir dich
merry christmas frohe weihnachten easter ostern happy
btw fyi asap imho imo tbh afaik tl ps nb diy lol omg eta rsvp mfg lg vg
"""
NEUTRAL = frozenset(NEUTRAL_TEXT.split())


@dataclass(frozen=True)
class Word:
    """A word of a name in a text, with its folded letters."""

    start: int
    end: int
    text: str
    folded: str
    is_initial: bool  # of a sentence
    is_marked: bool  # a name wherever it stands: an acronym, or with capitals or digits within

    @cached_property
    def parts(self) -> list[str]:
        """The folded parts that hyphens, dots and other marks join."""
        return [fold_letters(part) for part in PART.findall(self.text)]


Name = tuple[Word, ...]  # adjoining words, which have to be known together


def find_names(text: str, language: str, *, has_items: bool = False) -> Iterator[Name]:
    """Yield the names of a text, whether they are known or not.

    With `has_items`, a word alone in the item of a list or the cell of a table is one too.
    """
    for run in _find_runs(text):
        if language in NOUN_LANGUAGES:
            yield from _select_german(run, text)
        elif len(run) > 1 or run[0].is_marked or not run[0].is_initial or (has_items and _is_item(run[0], text)):
            yield tuple(run)


def find_titles(text: str) -> Iterator[Name]:
    """Yield the texts in quotation marks that may be titles: they begin with a capital, and are no sentence."""
    for match in QUOTED.finditer(text):
        words = [_make_word(text, word) for word in TOKEN.finditer(text, *match.span(1))]
        if 0 < len(words) <= MAX_TITLE and match[1][0].isupper():
            yield tuple(words)


def _find_runs(text: str) -> Iterator[list[Word]]:
    """Yield the runs of capitals between which only connecting words stand."""
    labels = [match.span() for match in LABEL.finditer(text)]
    addresses = [match.span() for match in ADDRESS.finditer(text)]
    run: list[Word] = []
    for match in TOKEN.finditer(text):
        token = match[0]
        if any(start <= match.start() < end for start, end in addresses):
            continue
        if run and (len(run) == MAX_WORDS or not _is_joined(run[-1].text, text[run[-1].end : match.start()])):
            yield run
            run = []
        if _is_capital(token):
            word = _make_word(text, match, labels)
            if word.folded not in KEYS and not (word.is_initial and is_frequent(token)):
                run.append(word)
                continue
        if run and token not in CONNECTORS:
            yield run
            run = []
    if run:
        yield run


def _is_capital(token: str) -> bool:
    if token.casefold() in NEUTRAL or token.isdecimal():
        return False
    return token[0].isupper() or MARKED.search(token) is not None


def _make_word(text: str, match: re.Match[str], labels: Sequence[tuple[int, int]] = ()) -> Word:
    token = re.sub(r"[’'](?:s|ve|d|ll|re|m|t)$", "", match[0])
    start = match.start()
    is_initial = _begins_sentence(text, start) or any(first <= start < last for first, last in labels)
    return Word(start, start + len(token), token, fold_letters(token), is_initial, bool(MARKED.search(token)))


def _is_joined(before: str, between: str) -> bool:
    """Return whether the text between two capitals, the first `before`, keeps them in one name."""
    if between == ". ":
        return len(before) == 1 or before.casefold() in TITLES
    words = between.split()
    return between in (" ", "", "\u00a0") or (0 < len(words) <= 2 and all(word in CONNECTORS for word in words))


def _select_german(run: Sequence[Word], text: str) -> Iterator[Name]:
    """Yield the words of a run that are no nouns; an adjective with a capital makes a name of its noun.

    A run of MIN_TITLE words or more, from the first that may be a name, is one name: German has no nouns in a row.
    """
    if len(run) >= MIN_TITLE:
        first = next(
            (place for place, word in enumerate(run) if word.is_marked or german.may_be_name(word.text)), len(run)
        )
        run = run[first:]
        if len(run) > 1:
            yield tuple(run)
            return
    for place, word in enumerate(run):
        after = run[place + 1] if place + 1 < len(run) else None
        if word.is_marked:
            yield (word,)
        elif after and not word.is_initial and german.is_adjective(word.text):
            yield word, after
        elif len(run) == 1 and (word.is_initial or german.has_article(text, word.start)):
            continue
        elif german.is_name(word.text):
            yield (word,)


def _is_item(word: Word, text: str) -> bool:
    """Return whether a word is all that an item of a list or a cell below a table's head has, or all after a colon."""
    return (
        ITEM_BEGINS.search(text[max(0, word.start - MAX_LINE) : word.start]) is not None
        and ITEM_ENDS.match(text, word.end) is not None
        and not TABLE_HEAD_ENDS.match(text, word.end)
    )


def _begins_sentence(text: str, place: int) -> bool:
    place -= 1
    while place >= 0 and text[place] in OPENING:
        place -= 1
    return place < 0 or text[place] in ENDING or SYMBOL.match(text[place]) is not None
