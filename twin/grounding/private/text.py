"""The owner's private text, and the runs of its words that no answer may say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ...text.lookalikes import fold_lookalikes
from ...text.scripts import MARKED_BLOCKS, UNSPACED
from .chain import Places
from .reading import Reading
from .runs import (
    MIN_RUN,
    MIN_SHORT_RUN,
    MIN_SKELETON,
    RUN_WORDS,
    SHORT_RUN_WORDS,
    RunSet,
    find_runs,
    keep_latin,
    measure_shifts,
    mirror_shifts,
    outline,
)

LONGEST_WORD = 1_000  # characters; to divide a longer one hides nothing, since words are compared without spaces
SKELETON, SHORT = "~", "-"  # before runs of consonants, and short ones
# A word as runs count it: of scripts without spaces, each character.
COUNTED_WORD = re.compile(
    rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_]|(?![{UNSPACED}])[{MARKED_BLOCKS}]){{1,{LONGEST_WORD}}}+"
)


class PrivateText:
    """Passages that no answer may say.

    Runs of six words are stored without spaces, and also without digits. So they are found however the letters are
    set: spelled out, written together, or in numbered lines. Their consonants are stored too, which stay when vowels
    are starred or letters doubled, and the distances between their letters, which stay in ROT13.
    """

    def __init__(self, passages: Iterable[list[str]], runs: Iterable[str]) -> None:
        """Take the words of each passage, and those runs that no public text has."""
        self.runs, self.skeletons, self.short, self.shifts = RunSet(), RunSet(), RunSet(), RunSet()
        for run in runs:
            kind = {SKELETON: self.skeletons, SHORT: self.short}.get(run[0])
            (self.runs if kind is None else kind).add([run if kind is None else run[1:]])
        passages = list(passages)
        self._text = "\n".join(f" {' '.join(words)} " for words in passages)
        self.places = Places()
        for words in passages:
            self.places.add(words, self._find_hidden(words))
            self._add_shifts([letters for word in words if (letters := drop_digits(word))])

    def __bool__(self) -> bool:
        return bool(self.runs)

    def may_go_on(self, words: list[str]) -> bool:
        """Return whether the text has `words` in a row, so that a run may follow."""
        return f" {' '.join(words)} " in self._text

    def is_said_in(self, words: list[str]) -> bool:
        """Return whether the last six of `words` are a run in the opposite order."""
        return "".join(words[: -RUN_WORDS - 1 : -1]) in self.runs

    def _find_hidden(self, words: Sequence[str]) -> set[int]:
        """Return where runs begin that no public text has."""
        return {start for start, end in find_runs(words, MIN_RUN) if "".join(words[start:end]) in self.runs}

    def _add_shifts(self, words: Sequence[str]) -> None:
        hidden, latin = self._find_hidden(words), [*map(keep_latin, words)]
        for start, end in find_runs(latin, MIN_SKELETON):
            if start in hidden:
                shifts = measure_shifts("".join(latin[start:end]))
                self.shifts.add([shifts, mirror_shifts(shifts)])


def fold_counted(word: str) -> str:
    """Return a word that COUNTED_WORD has found without case and accents."""
    return fold_lookalikes(word)


def drop_digits(run: str) -> str:
    """Return the letters of a run."""
    return run if run.isalpha() else "".join(filter(str.isalpha, run))


def fold_words(text: str) -> list[str]:
    """Return the words of a text as a reader sees them, without case and accents."""
    reading = Reading(is_whole=True)
    reading.push(text, is_last=True)
    return [folded for word in COUNTED_WORD.findall(reading.text) if (folded := fold_counted(word))]


def join_runs(words: Sequence[str]) -> Iterator[str]:
    """Yield each run of six words, or of more if they are short, without spaces; its consonants; and each short run."""
    for start, end in find_runs(words, MIN_RUN):
        yield "".join(words[start:end])
    outlines = [*map(outline, words)]
    for start, end in find_runs(outlines, MIN_SKELETON):
        if not any(map(str.isdigit, words[start:end])):
            yield SKELETON + "".join(outlines[start:end])
    for start, end in find_runs(words, MIN_SHORT_RUN, SHORT_RUN_WORDS):
        yield SHORT + "".join(words[start:end])
