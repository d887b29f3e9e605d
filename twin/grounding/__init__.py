"""What an answer may say: contacts only as somebody wrote them, nothing private, nothing invisible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..invisible import Remover
from .contact_filter import ContactFilter
from .private_filter import PrivateFilter, PrivateText, find_private, remove_private
from .sources import Sources

__all__ = ["Gate", "Grounding", "Mode", "find_private", "remove_private"]

Mode = Literal["strict", "contacts", "off"]
Filter = Remover | ContactFilter | PrivateFilter


class Gate:
    """What one answer passes through, whole or as it comes."""

    def __init__(self, contacts: ContactFilter | None = None, private: PrivateFilter | None = None) -> None:
        self._contacts = contacts
        self._private = private
        self._filters: list[Filter] = []
        if contacts:
            self._filters += [Remover(), contacts]
        if private:
            self._filters.append(private)

    def push(self, piece: str) -> str:
        """Take the answer's next piece, and return what can be shown of it, and of what was held back before."""
        for each in self._filters:
            piece = each.push(piece)
        return piece

    def finish(self) -> str:
        """Return what is left when the answer is whole."""
        piece = ""
        for each in self._filters:
            piece = each.push(piece) + each.finish()
        return piece

    @property
    def repaired(self) -> list[str]:
        """What was replaced by what the owner wrote, as the model had misspelt it."""
        return self._contacts.repaired if self._contacts else []

    @property
    def removed(self) -> list[str]:
        """What was taken out."""
        return self._contacts.removed if self._contacts else []

    @property
    def has_withheld(self) -> bool:
        """Whether the answer ended because it would have said something private."""
        return self._private is not None and self._private.has_ended


class Grounding:
    """Opens gates; what the owner's texts hold is looked up once for as long as they stay the same."""

    def __init__(self, fallback: str) -> None:
        """`fallback` is the owner's sentence for what the twin will not say."""
        self._fallback = fallback
        self._texts: tuple[list[str], list[str]] = ([], [])
        self._owner = Sources()
        self._private = PrivateText([], [])

    def open(self, mode: Mode, public: list[str], private: list[str], visitor: Sequence[str]) -> Gate:
        """Return the gate for one answer to somebody who has written `visitor`.

        The owner's `public` texts vouch for contacts. `private` ones do not, and are not to be said, in any mode.
        """
        if self._texts != (public, private):
            self._owner, self._private = Sources.of(public), PrivateText(private, public)
            self._texts = (public, private)
        contacts = None
        if mode != "off":
            contacts = ContactFilter(self._owner, lambda: Sources.of(visitor), spares_strangers=mode == "contacts")
        return Gate(contacts, PrivateFilter(self._private, self._fallback) if private else None)
