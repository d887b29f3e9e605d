"""An answer, as it comes, that ends before it says what the owner wrote for the model alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ..system.fairness import give_turn

RUN = 6  # words of a private text that are not shown one after another
SHORTEST = 9  # characters of such a run: 1 2 3 4 5 6 is none
# Parts of words, in their scripts.
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u109f\u1780-\u17d3"
# Scripts without spaces, in which each character counts: Thai, Lao, Burmese, Khmer, kana, Han.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U000323af"
ENTITY = r"&#?[0-9A-Za-z]{1,10}(?=;)"  # which a page shows as something else
OPEN_ENTITY = re.compile(r"&#?[0-9A-Za-z]{0,10}\Z")
LONGEST_WORD = 1_000  # characters; a longer one is divided, which hides nothing: words count as written together
WORD = re.compile(rf"{ENTITY}|[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_]|(?![{UNSPACED}])[{MARKS}]){{1,{LONGEST_WORD}}}+")
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
        self._last = {run[-RUN:] for run in self._runs} | {run[:RUN][::-1] for run in self._runs}
        self.longest = max(self._lengths, default=0)  # of its runs, in characters

    def __bool__(self) -> bool:
        return bool(self._runs)

    def may_go_on(self, words: list[str]) -> bool:
        """Whether `words` stand there one after another, so that more of it may follow."""
        return f" {' '.join(words)} " in self._text

    def is_said_in(self, words: list[str]) -> bool:
        """Whether the last six of `words` are a run of it, in the opposite order."""
        return "".join(words[: -RUN - 1 : -1]) in self._runs

    def ends_in(self, characters: str, start: int) -> bool:
        """Whether one of its runs ends after `start`, forwards or backwards; since words may be written together."""
        return any(
            characters[end - RUN : end] in self._last and self._is_end(characters[:end])
            for end in range(start + 1, len(characters) + 1)
        )

    def _is_end(self, characters: str) -> bool:
        ends = (characters[-length:] for length in self._lengths)
        return any(end in self._runs or end[::-1] in self._runs for end in ends)


class PrivateFilter:
    """Shows an answer up to where it would say six private words or more, and then the owner's `fallback` instead.

    What may still become such a run is held back, so that nothing is shown of one that is said plainly.
    """

    def __init__(self, private: PrivateText, fallback: str) -> None:
        self.has_ended = False
        self._private = private
        self._fallback = fallback
        self._shown: list[str] = []
        self._held = ""
        self._read = 0  # characters of what is held whose words were looked at
        self._words: list[str] = []  # the last six of all
        self._starts: list[int] = []  # of those among them that are held
        self._characters = ""  # the last of all: letters and digits
        self._letters = ""  # and letters alone

    def push(self, piece: str) -> str:
        """Take the next piece, and return what can be shown."""
        self._held += piece
        return self._show(is_last=False)

    def finish(self) -> str:
        """Return what is left."""
        return self._show(is_last=True)

    def _show(self, *, is_last: bool) -> str:
        if self.has_ended:
            return ""
        unfinished = None if is_last else OPEN_ENTITY.search(self._held)
        end = unfinished.start() if unfinished else len(self._held)
        for match in WORD.finditer(self._held, self._read, end):
            give_turn()
            if match.end() == end and not is_last and len(match.group()) < LONGEST_WORD:
                end = match.start()  # it may go on
                break
            start = self._starts[0] if self._starts else match.start()
            if self._take(match.group(), match.start()):
                return self._end(start)
            self._read = match.end()
        if self._starts and not is_last:
            end = self._starts[0]
        shown, self._held = self._held[:end], self._held[end:]
        self._read = max(0, self._read - end)
        self._starts = [start - end for start in self._starts]
        self._shown.append(shown)
        return shown

    def _take(self, word: str, start: int) -> bool:
        """Look at the next word, and return whether a private run ends in it."""
        if not (folded := fold(word)):
            return False
        self._words = [*self._words[1 - RUN :], folded]
        self._starts.append(start)
        while self._starts and not self._private.may_go_on(self._words[-len(self._starts) :]):
            del self._starts[0]
        self._characters, is_said = self._follow(self._characters, folded)
        if letters := drop_digits(folded):
            self._letters, is_said_so = self._follow(self._letters, letters)
            is_said = is_said or is_said_so
        return is_said or self._private.is_said_in(self._words)

    def _follow(self, characters: str, added: str) -> tuple[str, bool]:
        """Return the last characters with those that are added, and whether a private run ends in these."""
        followed = characters + added
        return followed[-self._private.longest :], self._private.ends_in(followed, len(characters))

    def _end(self, start: int) -> str:
        """Return what is shown last: what stands before the run, and the owner's sentence."""
        self.has_ended = True
        before = self._held[:start]
        shown = "".join([*self._shown, before])
        fence = "\n```" if shown.count("```") % 2 else ""
        return before + (f"{fence}\n\n" if shown.strip() else "") + self._fallback


def fold(word: str) -> str:
    """Return a word without case and accents; nothing of an entity."""
    if word.startswith("&"):
        return ""
    if word.isascii():  # most are, and the rest takes long
        return word.lower()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", word.casefold())))


def drop_digits(run: str) -> str:
    """Return only the letters of a run."""
    return run if run.isalpha() else "".join(filter(str.isalpha, run))


def fold_words(text: str) -> list[str]:
    """Return the words of a text, without case and accents."""
    return [folded for word in WORD.findall(text) if (folded := fold(word))]


def join_runs(words: list[str]) -> Iterator[str]:
    """Yield each run of six words, or of more where those are short, without the spaces between them."""
    for start in range(len(words) - RUN + 1):
        give_turn()
        end, run = start + RUN, "".join(words[start : start + RUN])
        while len(run) < SHORTEST and end < len(words):
            run, end = run + words[end], end + 1
        if len(run) >= SHORTEST:
            yield run
