"""End an answer before it says private text."""

from __future__ import annotations

import re

from ..system.fairness import give_turn
from .private_text import COUNTED_WORD, LONGEST_WORD, RUN_WORDS, PrivateText, drop_digits, fold_counted

OPEN_ENTITY = re.compile(r"&#?[0-9A-Za-z]{0,10}\Z")


class PrivateFilter:
    """Shows an answer up to six private words in a row, and the owner's `fallback` in their place.

    Words that may still become such a run are held back, so that no part of a plain one is shown.
    """

    def __init__(self, private: PrivateText, fallback: str) -> None:
        self.has_ended = False
        self._private = private
        self._fallback = fallback
        self._shown: list[str] = []
        self._held = ""
        self._read = 0  # held characters whose words were taken
        self._words: list[str] = []  # the last six
        self._starts: list[int] = []  # of those that are held
        self._characters = ""  # the last letters and digits
        self._letters = ""  # the last letters

    def push(self, piece: str) -> str:
        """Take the next piece, and return the text that can be shown now."""
        self._held += piece
        return self._show(is_last=False)

    def finish(self) -> str:
        """Return the rest of the text."""
        return self._show(is_last=True)

    def _show(self, *, is_last: bool) -> str:
        if self.has_ended:
            return ""
        unfinished = None if is_last else OPEN_ENTITY.search(self._held)
        end = unfinished.start() if unfinished else len(self._held)
        for match in COUNTED_WORD.finditer(self._held, self._read, end):
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
        """Take the next word, and return whether a private run ends there."""
        if not (folded := fold_counted(word)):
            return False
        self._words = [*self._words[1 - RUN_WORDS :], folded]
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
        """Return the last text to show: all before the run, and the owner's sentence."""
        self.has_ended = True
        before = self._held[:start]
        shown = "".join([*self._shown, before])
        fence = "\n```" if shown.count("```") % 2 else ""
        return before + (f"{fence}\n\n" if shown.strip() else "") + self._fallback
