"""The owner's private text, and the runs of its words that no answer may say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..system.fairness import give_turn
from ..text.scripts import MARKED_BLOCKS, UNSPACED
from ..text.words import fold_letters

RUN_WORDS = 6  # words of a private text that are not shown one after another
SHORTEST = 9  # characters of such a run: 1 2 3 4 5 6 is none
ENTITY = r"&#?[0-9A-Za-z]{1,10}(?=;)"  # which a page shows as something else
LONGEST_WORD = 1_000  # characters; a longer one is divided, which hides nothing: words count as written together
# A word as runs count it: of scripts without spaces, each character.
COUNTED_WORD = re.compile(
    rf"{ENTITY}|[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_]|(?![{UNSPACED}])[{MARKED_BLOCKS}]){{1,{LONGEST_WORD}}}+"
)
MARKED = re.compile(r"\[private\](.*?)(?:\[/private\]|\Z)", re.IGNORECASE | re.DOTALL)


def find_private(text: str) -> list[str]:
    """Return what stands in `text` between `[private]` and `[/private]`; where that is missing, up to the end."""
    return [passage.strip() for passage in MARKED.findall(text)]


def remove_private(text: str) -> str:
    """Return `text` without it."""
    return MARKED.sub("\n", text)


class PrivateText:
    """Passages that no answer may say.

    Their runs of six words are kept without the spaces between them, and also without digits: so they are found however
    their letters are set, spelled out, written together, or in lines with numbers before them.
    """

    def __init__(self, passages: Iterable[list[str]], runs: Iterable[str]) -> None:
        """Take the words of each passage, and those of its runs that the owner does not say openly elsewhere."""
        self._text = "\n".join(f" {' '.join(words)} " for words in passages)
        self._runs = set(runs)
        self._lengths = sorted({len(run) for run in self._runs})
        self._last = {run[-RUN_WORDS:] for run in self._runs} | {run[:RUN_WORDS][::-1] for run in self._runs}
        self.longest = max(self._lengths, default=0)  # of its runs, in characters

    def __bool__(self) -> bool:
        return bool(self._runs)

    def may_go_on(self, words: list[str]) -> bool:
        """Whether `words` stand there one after another, so that more of it may follow."""
        return f" {' '.join(words)} " in self._text

    def is_said_in(self, words: list[str]) -> bool:
        """Whether the last six of `words` are a run of it, in the opposite order."""
        return "".join(words[: -RUN_WORDS - 1 : -1]) in self._runs

    def ends_in(self, characters: str, start: int) -> bool:
        """Whether one of its runs ends after `start`, forwards or backwards; since words may be written together."""
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
    """Return only the letters of a run."""
    return run if run.isalpha() else "".join(filter(str.isalpha, run))


def fold_words(text: str) -> list[str]:
    """Return the words of a text, without case and accents."""
    return [folded for word in COUNTED_WORD.findall(text) if (folded := fold_counted(word))]


def join_runs(words: list[str]) -> Iterator[str]:
    """Yield each run of six words, or of more where those are short, without the spaces between them."""
    for start in range(len(words) - RUN_WORDS + 1):
        give_turn()
        end, run = start + RUN_WORDS, "".join(words[start : start + RUN_WORDS])
        while len(run) < SHORTEST and end < len(words):
            run, end = run + words[end], end + 1
        if len(run) >= SHORTEST:
            yield run
