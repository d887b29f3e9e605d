"""What an answer may say: contacts only as somebody wrote them, nothing private, nothing invisible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..system.fairness import give_turn
from ..text.invisible import Remover
from .contact_filter import ContactFilter
from .known_contacts import Sources
from .owned import Material, OwnedText
from .private_filter import PrivateFilter, find_private, remove_private

__all__ = ["Gate", "Material", "Mode", "OwnedText", "find_private", "open_gate", "remove_private"]

PIECE = 500  # characters that the filters take at once; between two pieces others have their turn

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
        return "".join(self._push(piece[start : start + PIECE]) for start in range(0, len(piece), PIECE))

    def finish(self) -> str:
        """Return what is left when the answer is whole."""
        piece = ""
        for each in self._filters:
            piece = each.push(piece) + each.finish()
        return piece

    def _push(self, piece: str) -> str:
        give_turn()
        for each in self._filters:
            piece = each.push(piece)
        return piece

    def pass_whole(self, answer: str) -> str:
        """Return what can be shown of an answer that is whole."""
        return self.push(answer) + self.finish()

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


def open_gate(mode: Mode, material: Material, fallback: str, visitor: Sequence[str]) -> Gate:
    """Return the gate for one answer to somebody who has written `visitor`.

    Private text is kept in any mode; `fallback` is the owner's sentence for what the twin will not say.
    """
    contacts = None
    if mode != "off":
        contacts = ContactFilter(
            material.sources, material.hidden, lambda: Sources.of(visitor), spares_strangers=mode == "contacts"
        )
    return Gate(contacts, PrivateFilter(material.private, fallback) if material.private else None)
