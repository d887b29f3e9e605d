"""The owner's private text, and the runs of its words that no answer may say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..system.fairness import give_turn
from ..text.scripts import MARKED_BLOCKS, UNSPACED
from ..text.words import fold_letters

RUN_WORDS = 6  # of a private text, which are not shown in a row
MIN_RUN = 9  # characters of such a run: 1 2 3 4 5 6 is none
ENTITY = r"&#?[0-9A-Za-z]{1,10}(?=;)"  # a page shows another character
LONGEST_WORD = 1_000  # characters; to divide a longer one hides nothing, since words are compared without spaces
# A word as runs count it: of scripts without spaces, each character.
COUNTED_WORD = re.compile(
    rf"{ENTITY}|[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_]|(?![{UNSPACED}])[{MARKED_BLOCKS}]){{1,{LONGEST_WORD}}}+"
)
MARKED = re.compile(r"\[private\](.*?)(?:\[/private\]|\Z)", re.IGNORECASE | re.DOTALL)


def find_private(text: str) -> list[str]:
    """Return the parts of `text` between `[private]` and `[/private]`, or the end."""
    return [passage.strip() for passage in MARKED.findall(text)]


def remove_private(text: str) -> str:
    """Return `text` without those parts."""
    return MARKED.sub("\n", text)


class PrivateText:
    """Passages that no answer may say.

    Runs of six words are stored without spaces, and also without digits. So they are found however the letters are
    set: spelled out, written together, or in numbered lines.
    """

    def __init__(self, passages: Iterable[list[str]], runs: Iterable[str]) -> None:
        """Take the words of each passage, and those runs that no public text has."""
        self._text = "\n".join(f" {' '.join(words)} " for words in passages)
        self._runs = set(runs)
        self._lengths = sorted({len(run) for run in self._runs})
        self._last = {run[-RUN_WORDS:] for run in self._runs} | {run[:RUN_WORDS][::-1] for run in self._runs}
        self.longest = max(self._lengths, default=0)  # run, in characters

    def __bool__(self) -> bool:
        return bool(self._runs)

    def may_go_on(self, words: list[str]) -> bool:
        """Return whether the text has `words` in a row, so that a run may follow."""
        return f" {' '.join(words)} " in self._text

    def is_said_in(self, words: list[str]) -> bool:
        """Return whether the last six of `words` are a run in the opposite order."""
        return "".join(words[: -RUN_WORDS - 1 : -1]) in self._runs

    def ends_in(self, characters: str, start: int) -> bool:
        """Return whether a run, forwards or backwards, ends after `start`, which may be within a word."""
        return any(
            characters[end - RUN_WORDS : end] in self._last and self._is_end(characters[:end])
            for end in range(start + 1, len(characters) + 1)
        )

    def _is_end(self, characters: str) -> bool:
        ends = (characters[-length:] for length in self._lengths)
        return any(end in self._runs or end[::-1] in self._runs for end in ends)


def fold_counted(word: str) -> str:
    """Return a word that COUNTED_WORD has found without case and accents; nothing of an entity."""
    return "" if word.startswith("&") else fold_letters(word)


def drop_digits(run: str) -> str:
    """Return the letters of a run."""
    return run if run.isalpha() else "".join(filter(str.isalpha, run))


def fold_words(text: str) -> list[str]:
    """Return the words of a text, without case and accents."""
    return [folded for word in COUNTED_WORD.findall(text) if (folded := fold_counted(word))]


def join_runs(words: list[str]) -> Iterator[str]:
    """Yield each run of six words, or of more if they are short, without spaces."""
    for start in range(len(words) - RUN_WORDS + 1):
        give_turn()
        end, run = start + RUN_WORDS, "".join(words[start : start + RUN_WORDS])
        while len(run) < MIN_RUN and end < len(words):
            run, end = run + words[end], end + 1
        if len(run) >= MIN_RUN:
            yield run
