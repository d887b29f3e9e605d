"""The evidence for where a text came from: its words, numbers, names and addresses."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..system.caching import cached_property
from ..system.fairness import give_turn
from ..text.scripts import HANGUL, HIRAGANA, SOUTHEAST_ASIAN
from ..text.words import IS_UNSPACED, WORD, find_words

RUN_LETTERS = 6  # of scripts that part neither words nor syllables; two occur anywhere
IS_SOUTHEAST_ASIAN = re.compile(f"[{SOUTHEAST_ASIAN}]")
IS_HIRAGANA = re.compile(f"[{HIRAGANA}]+$")
IS_HANGUL = re.compile(f"[{HANGUL}]")
QUANTITY = re.compile(r"(?<![A-Za-z\d])(?:\d{1,3}(?:[.,'’ ]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)")
WRITTEN_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s<>()\[\]\"'*]+")
FILE_NAME = re.compile(r"(?<![\w./-])[\w./-]+\.(?:md|txt|pdf|docx|html?|jsonl?)\b", re.IGNORECASE)
LIST_NUMBER = re.compile(r"^[ \t]*\d{1,2}[.)](?=\s)", re.MULTILINE)
OPENING_MARKS = " \t\"'“”‘’«»(*_["  # stand before a word at the start of a sentence, and within one
SENTENCE_MARKS = ".!?…:\n\r-–—•|>#。！？"  # a capital after them makes no name
TO_NINETEEN = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SPELLED_NUMBERS = {word: str(number) for number, word in enumerate(TO_NINETEEN.split(), 2)}
SPELLED_NUMBERS |= {word: str(number) for number, word in zip(range(20, 100, 10), TENS.split(), strict=True)}

MAX_GROWTH = 2  # factor by which NFKC may lengthen a text: one character can become 18, but no text needs that
MAX_FORMS = 100  # words that begin alike, in one text

Stems = Mapping[str, Sequence[str]]  # words by the letters that their other forms begin with too


@dataclass(frozen=True)
class Evidence:
    """The terms that two texts may share; a number is marked by `#`, an address by `@`."""

    terms: frozenset[str] = frozenset()
    capitals: frozenset[str] = frozenset()  # words written with a capital
    names: frozenset[str] = frozenset()  # the same, but within a sentence

    @cached_property
    def stems(self) -> Stems:
        """The terms, grouped by stem."""
        return group_by_stem(self.terms)

    @classmethod
    def of(cls, text: str) -> Evidence:
        """Return the evidence in a text."""
        text = unicodedata.normalize("NFKC", text)[: MAX_GROWTH * len(text)]
        terms: set[str] = {
            *_find_numbers(text),
            *("@" + match[0].rstrip(".,;:!?/") for match in WRITTEN_ADDRESS.finditer(text)),
        }
        capitals, names = set(), set()
        for match in WORD.finditer(text):
            give_turn()
            word = match[0].casefold()
            if word.isalpha() and word.isascii() and word not in SPELLED_NUMBERS:
                terms.add(word)
            else:
                terms.update(_list_terms(word))
            if match[0][0].isupper() and (len(word) > 2 or match[0].isupper()):
                capitals.add(word)
                if len(word) > 1 and _is_within(text, match.start()):
                    names.add(word)
        return cls(frozenset(terms), frozenset(capitals), frozenset(names))


def drop_pointers(answer: str) -> str:
    """Return an answer without names of files and numbers of list items, which say nothing of its source."""
    return LIST_NUMBER.sub(" ", FILE_NAME.sub(" ", answer))


def is_inflected(word: str, other: str) -> bool:
    """Return whether two words are likely forms of one: more than half of the longer one is a common beginning."""
    longer = max(len(word), len(other))
    same = next((place for place, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), longer)
    return min(same, len(word), len(other)) > 0.55 * longer


def group_by_stem(words: Iterable[str]) -> dict[str, list[str]]:
    """Group words by their first letters, which other forms share; words without other forms are left out."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        if word[0] in "#@" or IS_UNSPACED.match(word):
            continue
        size = 2 if IS_HANGUL.match(word) else 4
        if len(word) >= size:
            groups[word[:size]].append(word)
    return dict(groups)


def find_inflected(words: Stems, others: Stems) -> Iterator[tuple[str, str]]:
    """Yield each pair of a word and another form of the word; stems of more than MAX_FORMS words are skipped."""
    for stem in words.keys() & others.keys():
        if len(others[stem]) > MAX_FORMS:
            continue
        for word in words[stem]:
            give_turn()
            for other in others[stem]:
                if other != word and is_inflected(word, other):
                    yield word, other


def _find_numbers(text: str) -> Iterator[str]:
    for match in QUANTITY.finditer(text):
        give_turn()
        digits = re.split(r"\D", match[0])
        is_grouped = all(len(group) == 3 for group in digits[1:])
        plain = "".join(digits) if is_grouped else ".".join(digits)
        yield "#" + (plain if plain.isascii() else "".join(map(_to_ascii, plain)))


def _to_ascii(digit: str) -> str:
    return str(unicodedata.decimal(digit, digit))


def _list_terms(word: str) -> Iterator[str]:
    """Yield a word as a term; of a script without spaces, its parts."""
    if word.isdecimal():
        return
    if word in SPELLED_NUMBERS:
        yield "#" + SPELLED_NUMBERS[word]
    elif not IS_UNSPACED.match(word):
        yield word
    elif not IS_SOUTHEAST_ASIAN.match(word):
        yield from find_words(word)
    else:
        yield from (word[place : place + RUN_LETTERS] for place in range(max(1, len(word) - RUN_LETTERS + 1)))


def _is_within(text: str, place: int) -> bool:
    """Return whether a word at `place` stands within a sentence, and opens no line or list item."""
    place -= 1
    while place >= 0 and text[place] in OPENING_MARKS:
        place -= 1
    return place >= 0 and text[place] not in SENTENCE_MARKS
