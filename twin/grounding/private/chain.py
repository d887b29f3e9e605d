"""Find private words in their order with others between them: as values of JSON, in columns, or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...system.fairness import give_turn
from .runs import LEET, RUN_WORDS

MAX_STEP = 7  # words from one private word to the next
MAX_LINE_STEP = 16  # to one in the next line
MIN_STEPS = (
    4  # longer than one or to another line, of five: a sentence that happens to have the same words has no such rhythm
)
MIN_LETTERS = 20  # of six private words: those of many sentences are shorter
MIN_LONG = 3  # of these words have four letters or more
MANY_PLACES = 40  # of a word: then only places where a chain goes on are looked at
STEPS, MORE_STEPS = (1 << RUN_WORDS - 1) - 1, (1 << RUN_WORDS + 2) - 1  # of the last six and nine words


@dataclass(frozen=True, slots=True)
class Chain:
    """Private words in a row, of which the last is the word `at` of the answer, in its line `line`."""

    at: int
    line: int
    words: int = 1
    steps: int = 0  # a bit for each step between two, 1 if it is longer than one word or leads to another line

    def extend(self, at: int, line: int) -> Chain:
        """Return the chain with the next word."""
        return Chain(at, line, self.words + 1, self.steps << 1 | (at - self.at > 1 or line > self.line))

    def reaches(self, at: int, line: int) -> bool:
        """Return whether the word `at` is near enough to be the next."""
        return at - self.at <= (MAX_LINE_STEP if line - self.line == 1 else MAX_STEP)

    @property
    def is_dressed(self) -> bool:
        """Whether six words stand in a row, or apart by a rhythm."""
        if self.words < RUN_WORDS:
            return False
        return (
            not self.steps & STEPS
            or (self.steps & STEPS).bit_count() >= MIN_STEPS
            or (self.words >= RUN_WORDS + 3 and (self.steps & MORE_STEPS).bit_count() >= MIN_STEPS)
        )


class Places:
    """Where each word stands in the private texts; the order of its letters does not matter."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.by_key: dict[str, list[int]] = {}
        self.ends: set[int] = set()  # where six words end

    def add(self, words: Sequence[str], starts: Iterable[int]) -> None:
        """Add the words of a passage, and those places in it that a run of six words begins at."""
        base = len(self.keys)
        self.ends.update(base + at + RUN_WORDS - 1 for at in starts if is_telling(words[at : at + RUN_WORDS]))
        for place, key in enumerate([*map(sort_letters, words), ""], base):
            give_turn()
            self.keys.append(key)
            self.by_key.setdefault(key, []).append(place)


class ChainFinder:
    """Follows the words of one answer."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._chains: dict[int, Chain] = {}  # by the place of their last word
        self._at = self._line = 0

    def skip(self, characters: str) -> None:
        """Take what stands between two words."""
        self._line += characters.count("\n")

    def ends_with(self, word: str) -> bool:
        """Take the next word, and return whether it is the last of six private ones."""
        self._at += 1
        key = sort_letters(word)
        places: Sequence[int] = self._places.by_key.get(key, ())
        if not places:
            return False
        if len(places) > MANY_PLACES:
            self._forget()
            places = [place + 1 for place in self._chains if self._places.keys[place + 1] == key] or places[:1]
        found = {place: self._extend(place) for place in places}
        self._chains.update(found)
        if len(self._chains) > 4 * MANY_PLACES:
            self._forget()
        return any(chain.is_dressed for place, chain in found.items() if place in self._places.ends)

    def _extend(self, place: int) -> Chain:
        before, here = self._chains.get(place - 1), self._chains.get(place)
        may_go_on = before is not None and before.reaches(self._at, self._line)
        chain = before.extend(self._at, self._line) if before and may_go_on else Chain(self._at, self._line)
        is_better = here and here.reaches(self._at + 1, self._line) and here.words > chain.words
        return here if here and is_better else chain

    def _forget(self) -> None:
        self._chains = {place: chain for place, chain in self._chains.items() if self._at - chain.at <= MAX_LINE_STEP}


def sort_letters(word: str) -> str:
    """Return the letters of a word in the alphabet's order: the same of a word whose letters are mixed up."""
    return "".join(sorted(word if word.isalpha() or word.isdigit() else word.translate(LEET)))


def is_telling(words: Sequence[str]) -> bool:
    """Return whether six words are more than those that any sentence may have in a row."""
    return sum(map(len, words)) >= MIN_LETTERS and sum(len(word) > 3 for word in words) >= MIN_LONG
