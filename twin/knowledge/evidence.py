"""What of a text shows where it came from: its words, numbers, names and addresses."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..system.fairness import give_turn
from ..text.scripts import HANGUL, HIRAGANA, SOUTHEAST_ASIAN
from ..text.words import IS_UNSPACED, WORD, find_words

RUN = 6  # letters of scripts that part neither words nor syllables; two would stand anywhere
IS_SOUTHEAST_ASIAN = re.compile(f"[{SOUTHEAST_ASIAN}]")
IS_HIRAGANA = re.compile(f"[{HIRAGANA}]+$")
IS_HANGUL = re.compile(f"[{HANGUL}]")
NUMBER = re.compile(r"(?<![A-Za-z\d])(?:\d{1,3}(?:[.,'’ ]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)")
CONTACT = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s<>()\[\]\"'*]+")
FILE = re.compile(r"(?<![\w./-])[\w./-]+\.(?:md|txt|pdf|docx|html?|jsonl?)\b", re.IGNORECASE)
LIST_NUMBER = re.compile(r"^[ \t]*\d{1,2}[.)](?=\s)", re.MULTILINE)
OPENS = " \t\"'“”‘’«»(*_["  # what may stand between two sentences, and within one
ENDS = ".!?…:\n\r-–—•|>#。！？"  # what stands before a capital that makes no name
SMALL = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
DIGITS = {word: str(number) for number, word in enumerate(SMALL.split(), 2)} | {"eighteen": "18", "nineteen": "19"}
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
DIGITS |= {word: str(number) for number, word in zip(range(20, 100, 10), TENS.split(), strict=True)}

MOST_GROWTH = 2  # of a text that is normalized; one character can become 18, and no text needs that
MOST_FORMS = 100  # words that begin alike, in one text

Stems = Mapping[str, Sequence[str]]  # words by what their other forms begin with


@dataclass(frozen=True)
class Evidence:
    """What two texts may have in common; a number is marked by `#`, an address by `@`."""

    terms: frozenset[str] = frozenset()
    capitals: frozenset[str] = frozenset()  # words that are written with one
    names: frozenset[str] = frozenset()  # those of them that are so within a sentence

    @cached_property
    def stems(self) -> Stems:
        """Its words by what their other forms begin with."""
        return group_by_stem(self.terms)

    @classmethod
    def of(cls, text: str) -> Evidence:
        """Return what is in a text."""
        text = unicodedata.normalize("NFKC", text)[: MOST_GROWTH * len(text)]
        terms: set[str] = {
            *_find_numbers(text),
            *("@" + match[0].rstrip(".,;:!?/") for match in CONTACT.finditer(text)),
        }
        capitals, names = set(), set()
        for match in WORD.finditer(text):
            give_turn()
            word = match[0].casefold()
            if word.isalpha() and word.isascii() and word not in DIGITS:
                terms.add(word)
            else:
                terms.update(_take_apart(word))
            if match[0][0].isupper() and (len(word) > 2 or match[0].isupper()):
                capitals.add(word)
                if len(word) > 1 and _is_within(text, match.start()):
                    names.add(word)
        return cls(frozenset(terms), frozenset(capitals), frozenset(names))


def forget_mentions(answer: str) -> str:
    """Return an answer without what only points somewhere or counts: names of files, numbers of list items."""
    return LIST_NUMBER.sub(" ", FILE.sub(" ", answer))


def is_inflected(word: str, other: str) -> bool:
    """Whether two words are likely forms of one: they begin alike, for more than half of the longer one."""
    longer = max(len(word), len(other))
    same = next((place for place, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), longer)
    return min(same, len(word), len(other)) > 0.55 * longer


def group_by_stem(words: Iterable[str]) -> dict[str, list[str]]:
    """Return words by what their other forms begin with, without those that have none."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        if word[0] in "#@" or IS_UNSPACED.match(word):
            continue
        size = 2 if IS_HANGUL.match(word) else 4
        if len(word) >= size:
            groups[word[:size]].append(word)
    return dict(groups)


def find_inflected(words: Stems, others: Stems) -> Iterator[tuple[str, str]]:
    """Yield each of `words` with each of `others` that is another form of it; a stem of too many words is none."""
    for stem in words.keys() & others.keys():
        if len(others[stem]) > MOST_FORMS:
            continue
        for word in words[stem]:
            give_turn()
            for other in others[stem]:
                if other != word and is_inflected(word, other):
                    yield word, other


def _find_numbers(text: str) -> Iterator[str]:
    for match in NUMBER.finditer(text):
        give_turn()
        digits = re.split(r"\D", match[0])
        is_grouped = all(len(group) == 3 for group in digits[1:])
        plain = "".join(digits) if is_grouped else ".".join(digits)
        yield "#" + (plain if plain.isascii() else "".join(map(_to_ascii, plain)))


def _to_ascii(digit: str) -> str:
    return str(unicodedata.decimal(digit, digit))


def _take_apart(word: str) -> Iterator[str]:
    """Yield a word, or what stands for it where no spaces part words."""
    if word.isdecimal():
        return
    if word in DIGITS:
        yield "#" + DIGITS[word]
    elif not IS_UNSPACED.match(word):
        yield word
    elif not IS_SOUTHEAST_ASIAN.match(word):
        yield from find_words(word)
    else:
        yield from (word[place : place + RUN] for place in range(max(1, len(word) - RUN + 1)))


def _is_within(text: str, place: int) -> bool:
    """Whether a word that begins there does not open a sentence, a line or a list's item."""
    place -= 1
    while place >= 0 and text[place] in OPENS:
        place -= 1
    return place >= 0 and text[place] not in ENDS
