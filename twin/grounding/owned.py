"""The owner's texts, with the contacts and private words in each, found once while a text stays the same."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..system.caching import cached_property
from ..system.fairness import give_turn
from .contacts.known_contacts import KnownContacts, list_chunks
from .private.text import PrivateText, drop_digits, fold_words, join_runs

CHUNK_PAUSE_SECONDS = 0.001  # not 0: an answer takes many turns of the loop, and a book seconds


@dataclass(frozen=True)
class OwnedText:
    """A text by the owner."""

    text: str

    @cached_property
    def contacts(self) -> KnownContacts:
        """The contacts in the text."""
        contacts = KnownContacts()
        for start, end in self._chunks():
            contacts.read(self.text, start, end)
        return contacts

    @cached_property
    def words(self) -> list[str]:
        """The words, without case and accents."""
        return [word for start, end in self._chunks() for word in fold_words(self.text[start:end])]

    @cached_property
    def runs(self) -> frozenset[str]:
        """The runs of six words, and of six without digits, since an answer may set them in numbered lines."""
        lettered = [letters for word in self.words if (letters := drop_digits(word))]
        return frozenset(join_runs(self.words)).union(join_runs(lettered))

    def _chunks(self) -> Iterator[tuple[int, int]]:
        """Yield start and end of each chunk, with a pause between two, in which the process serves others."""
        for start, end in list_chunks(self.text):
            if start:
                time.sleep(CHUNK_PAUSE_SECONDS)
            yield start, end


class Material:
    """All texts by the owner: `public` ones vouch for contacts, `private` ones must not be said."""

    def __init__(self, public: Iterable[OwnedText] = (), private: Iterable[OwnedText] = ()) -> None:
        public, private = list(public), [text for text in private if text.text]
        self.contacts = KnownContacts.merge(text.contacts for text in public)
        self.hidden = KnownContacts.merge(text.contacts for text in private)  # that no report may show either
        self.private = PrivateText([text.words for text in private], _find_hidden_runs(private, public))


def _find_hidden_runs(private: Iterable[OwnedText], public: Iterable[OwnedText]) -> set[str]:
    """Return the runs of private texts that no public text has."""
    runs: set[str] = set()
    for text in private:
        give_turn()
        runs |= text.runs
    for text in public if runs else ():
        give_turn()
        runs -= text.runs
    return runs
