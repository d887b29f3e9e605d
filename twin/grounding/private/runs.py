"""Runs of private words as characters, which are found however an answer sets them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ...system.fairness import give_turn

RUN_WORDS = 6  # of a private text, which are not shown in a row
MAX_RUN_WORDS = 100  # more have few letters, as in a table of numbers, and the runs that begin later have them too
MIN_RUN = 9  # characters of such a run: 1 2 3 4 5 6 is none
SHORT_RUN_WORDS = 2  # which are not shown in a code, or in letters that nobody sets so without a reason
MIN_SHORT_RUN = 10  # characters of such a run
MIN_SKELETON = 12  # consonants
KEY = 6  # characters at both ends of a run that are looked up first
LEET = str.maketrans("0134578", "oleastb")
# What is written in many ways, or starred: vowels, and the letters that 1, 5 and $ stand for.
NO_SKELETON = str.maketrans("", "", "aeiouls0123456789")
TURNED = str.maketrans("bdnpqu", "qpudbn")  # that are letters upside down, too; others are look-alikes
REPEATED = re.compile(r"(.)\1+")


class RunSet:
    """Strings that may occur in a stream of characters, forwards or backwards."""

    def __init__(self, runs: Iterable[str] = ()) -> None:
        self._runs: set[str] = set()
        self._keys: set[str] = set()
        self._lengths: set[int] = set()
        self.longest = 0
        self.add(runs)

    def add(self, runs: Iterable[str]) -> None:
        """Add runs."""
        for run in runs:
            give_turn()
            self._runs.add(run)
            self._keys |= {run[-KEY:], run[:KEY][::-1]}
            self._lengths.add(len(run))
            self.longest = max(self.longest, len(run))

    def __contains__(self, run: str) -> bool:
        return run in self._runs

    def __bool__(self) -> bool:
        return bool(self._runs)

    def find(self, characters: str, start: int) -> Iterator[int]:
        """Yield where a run begins that ends behind `start`, which may be within a word."""
        keys = self._keys
        for end in range(max(KEY, start + 1), len(characters) + 1):
            if characters[end - KEY : end] in keys:
                yield from self._find_ending(characters[:end])

    def _find_ending(self, characters: str) -> Iterator[int]:
        for length in self._lengths:
            run = characters[-length:]
            if run in self._runs or run[::-1] in self._runs:
                yield len(characters) - len(run)


class Tail:
    """The last characters of a stream, as many as the longest run has."""

    def __init__(self, runs: RunSet) -> None:
        self._runs = runs
        self._characters = ""

    def ends_with(self, added: str) -> bool:
        """Add characters, and return whether a run ends in them."""
        if not (added and self._runs):
            return False
        characters, start = self._characters + added, len(self._characters)
        self._characters = characters[-self._runs.longest :]
        return any(map(self._may_begin, self._runs.find(characters, start)))

    def _may_begin(self, place: int) -> bool:
        return True


class SkeletonTail(Tail):
    """A stream of consonants, which takes words; no run begins within one, since two may end in the same ones."""

    def __init__(self, runs: RunSet) -> None:
        super().__init__(runs)
        self._begins = ""  # a mark for each character that a word begins with

    def ends_with(self, added: str) -> bool:
        """Add a word, and return whether a run ends in it."""
        consonants = outline(added)
        self._begins += "^".ljust(len(consonants)) if consonants else ""
        found = super().ends_with(consonants)
        self._begins = self._begins[-self._runs.longest :]
        return found

    def _may_begin(self, place: int) -> bool:
        return self._begins[place] == "^"


class TurnedTail(Tail):
    """A stream of letters that stand upside down, which takes words."""

    def ends_with(self, added: str) -> bool:
        """Add a word, and return whether a run ends in it."""
        return super().ends_with(added.translate(TURNED))


class ShiftTail(Tail):
    """A stream of distances between letters, which takes words."""

    def __init__(self, runs: RunSet) -> None:
        super().__init__(runs)
        self._letter = ""

    def ends_with(self, added: str) -> bool:
        """Add a word, and return whether a run ends in it."""
        letters = self._letter + keep_latin(added)
        self._letter = letters[-1:]
        return super().ends_with(measure_shifts(letters))


def find_runs(words: Sequence[str], least: int, most: int = RUN_WORDS) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of `most` words, or of more if they have fewer than `least` letters."""
    end = length = 0  # the end never goes back, so that each word is counted once
    for start in range(len(words) - most + 1):
        give_turn()
        while end < start + most or (length < least and end < len(words)):
            length, end = length + len(words[end]), end + 1
        if length < least:
            return
        if end - start <= MAX_RUN_WORDS:
            yield start, end
        length -= len(words[start])


def outline(word: str) -> str:
    """Return the consonants of a word, each once where it is repeated; digits among letters stand for letters."""
    if word.isdigit():
        return ""
    return REPEATED.sub(r"\1", (word if word.isalpha() else word.translate(LEET)).translate(NO_SKELETON))


def keep_latin(word: str) -> str:
    """Return the letters from a to z."""
    return word if word.isascii() and word.isalpha() else "".join(c for c in word if "a" <= c <= "z")


def measure_shifts(letters: str) -> str:
    """Return the distances between adjoining letters, as letters: the same in ROT13 and each of Caesar's ciphers."""
    return "".join(chr(97 + (ord(b) - ord(a)) % 26) for a, b in pairwise(letters))


def mirror_shifts(shifts: str) -> str:
    """Return the distances in a mirrored alphabet, as of Atbash."""
    return "".join(chr(97 + (97 - ord(shift)) % 26) for shift in shifts)
