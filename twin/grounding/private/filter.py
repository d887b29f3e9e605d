"""End an answer before it says private text."""

from __future__ import annotations

from ...system.fairness import give_turn
from .chain import ChainFinder
from .reading import Reading
from .runs import RUN_WORDS, ShiftTail, SkeletonTail, Tail, TurnedTail
from .text import COUNTED_WORD, LONGEST_WORD, PrivateText, drop_digits, fold_counted

NO_WORD = " "  # between words of a run
UPSIDE_DOWN = frozenset("ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ")  # letters that only a text upside down has in numbers
LINE_ENDS, SENTENCE_ENDS = frozenset("\n\r"), frozenset("\n\r.!?…")


class Beginnings:
    """The words that lines, or sentences, begin with, and their first letters: an acrostic."""

    def __init__(self, private: PrivateText, ends: frozenset[str]) -> None:
        self._ends = ends
        self._begins = True
        self._words = Tail(private.runs)
        self._letters = Tail(private.short)

    def skip(self, characters: str) -> None:
        """Take what stands between two words."""
        self._begins = self._begins or not self._ends.isdisjoint(characters)

    def ends_with(self, letters: str) -> bool:
        """Take the letters of the next word, and return whether a private run ends with it."""
        if not self._begins or not letters:
            return False
        self._begins = False
        found = self._words.ends_with(letters)
        return self._letters.ends_with(letters[0]) or found


class Dress:
    """The words of an answer in forms that stay the same in some dress."""

    def __init__(self, private: PrivateText) -> None:
        self._initials, self._set = Tail(private.short), Tail(private.short)
        self._turned = TurnedTail(private.runs)
        self._followers = (SkeletonTail(private.skeletons), ShiftTail(private.shifts))
        self._chains = ChainFinder(private.places)
        self._beginnings = (Beginnings(private, LINE_ENDS), Beginnings(private, SENTENCE_ENDS))
        self._was_literal, self._is_turned = True, False

    def turn(self) -> None:
        """Expect letters that stand upside down from now on."""
        self._is_turned = True

    def skip(self, characters: str) -> None:
        """Take what stands between two words."""
        for each in (self._chains, *self._beginnings):
            each.skip(characters)

    def ends_with(self, word: str, letters: str, *, is_literal: bool) -> bool:
        """Take the next word, and its letters, and return whether a private run ends with it."""
        found = [self._initials.ends_with(letters[:1]), self._chains.ends_with(word)]
        if not (is_literal and self._was_literal):
            found.append(self._set.ends_with(NO_WORD if is_literal else word))
        if self._is_turned:
            found.append(self._turned.ends_with(word))
        self._was_literal = is_literal
        found += [each.ends_with(word) for each in self._followers]
        found += [each.ends_with(letters) for each in self._beginnings]
        return any(found)


class PrivateFilter:
    """Passes an answer up to six private words in a row.

    Words that may still become such a run are held back, so that no part of a plain one is shown.
    """

    def __init__(self, private: PrivateText, *, is_whole: bool = True) -> None:
        """Read tags and escapes where `is_whole`, and otherwise take them for words."""
        self.has_ended = False
        self._private = private
        self._reading = Reading(is_whole=is_whole)
        self._sought = 0  # characters of the reading that were looked through for words
        self._words: list[str] = []  # the last six
        self._starts: list[int] = []  # in the answer, of those that are held
        self._spelled, self._letters = Tail(private.runs), Tail(private.runs)
        self._dress = Dress(private) if is_whole else None

    def push(self, piece: str) -> str:
        """Take the next piece, and return the text that can be shown now."""
        return self._show(piece, is_last=False)

    def finish(self) -> str:
        """Return the rest of the text."""
        return self._show("", is_last=True)

    def _show(self, piece: str, *, is_last: bool) -> str:
        if self.has_ended:
            return ""
        reading = self._reading
        reading.push(piece, is_last=is_last)
        end = len(reading.text)
        for match in COUNTED_WORD.finditer(reading.text, self._sought):
            give_turn()
            if match.end() == end and not is_last and len(match.group()) < LONGEST_WORD:
                end = match.start()  # it may go on
                break
            self._skip(match.start())
            start = reading.places[match.start()]
            shown_end = self._starts[0] if self._starts else start
            is_literal = reading.held.startswith(match.group(), start)
            if self._take(match.group(), start, is_literal=is_literal):
                self.has_ended = True
                return reading.held[:shown_end]
            self._sought = match.end()
        self._skip(end)
        return self._pass(is_last=is_last)

    def _skip(self, end: int) -> None:
        """Take the text up to `end`, which has no words."""
        if self._dress:
            self._dress.skip(self._reading.text[self._sought : end])
        self._sought = end

    def _pass(self, *, is_last: bool) -> str:
        """Return the text in which no private run can begin any more, and drop it."""
        reading = self._reading
        end = reading.places[self._sought] if self._sought < len(reading.text) else reading.read
        if self._starts and not is_last:
            end = self._starts[0]
        shown = reading.held[:end]
        reading.drop(self._sought, end)
        self._sought = 0
        self._starts = [start - end for start in self._starts]
        return shown

    def _take(self, word: str, start: int, *, is_literal: bool) -> bool:
        """Take the next word, and return whether a private run ends there."""
        if not (folded := fold_counted(word)):
            return False
        self._words = [*self._words[1 - RUN_WORDS :], folded]
        self._starts.append(start)
        while self._starts and not self._private.may_go_on(self._words[-len(self._starts) :]):
            del self._starts[0]
        letters = drop_digits(folded)
        found = [
            self._private.is_said_in(self._words),
            self._spelled.ends_with(folded),
            self._letters.ends_with(letters),
        ]
        if self._dress:
            if not word.isascii() and not UPSIDE_DOWN.isdisjoint(word):
                self._dress.turn()
            found.append(self._dress.ends_with(folded, letters, is_literal=is_literal and len(word) > 1))
        return any(found)
