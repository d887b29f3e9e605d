"""What the owner's texts hold that matters for an answer, each looked through once for as long as it stays the same."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..system.fairness import give_turn
from .known_contacts import Sources, cut
from .private_text import PrivateText, drop_digits, fold_words, join_runs

PAUSE_SECONDS = 0.001  # between two chunks; not 0, as an answer takes many turns of the loop, and a book takes seconds


@dataclass(frozen=True)
class OwnedText:
    """One of the owner's texts."""

    text: str

    @cached_property
    def sources(self) -> Sources:
        """The contacts in it."""
        sources = Sources()
        for start, end in self._chunks():
            sources.read(self.text, start, end)
        return sources

    @cached_property
    def words(self) -> list[str]:
        """Its words, without case and accents."""
        return [word for start, end in self._chunks() for word in fold_words(self.text[start:end])]

    @cached_property
    def runs(self) -> frozenset[str]:
        """Its runs of six words, and of six without digits, before which a list may set its own."""
        lettered = [letters for word in self.words if (letters := drop_digits(word))]
        return frozenset(join_runs(self.words)).union(join_runs(lettered))

    def _chunks(self) -> Iterator[tuple[int, int]]:
        """Yield where its chunks begin and end; the process answers others between them."""
        for start, end in cut(self.text):
            if start:
                time.sleep(PAUSE_SECONDS)
            yield start, end


class Material:
    """All of them together: `public` ones vouch for contacts, `private` ones are not to be said."""

    def __init__(self, public: Iterable[OwnedText] = (), private: Iterable[OwnedText] = ()) -> None:
        public, private = list(public), [text for text in private if text.text]
        self.sources = Sources.merge(text.sources for text in public)
        self.hidden = Sources.merge(text.sources for text in private)  # which no report may tell either
        self.private = PrivateText([text.words for text in private], _find_hidden_runs(private, public))


def _find_hidden_runs(private: Iterable[OwnedText], public: Iterable[OwnedText]) -> set[str]:
    """Return the runs of words of private texts that no public one has."""
    runs: set[str] = set()
    for text in private:
        give_turn()
        runs |= text.runs
    for text in public if runs else ():
        give_turn()
        runs -= text.runs
    return runs
