"""The gate that an answer passes through, whole or piece by piece, on its way to the visitor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..system.fairness import give_turn
from ..text.invisible import Remover
from .contact_filter import ContactFilter
from .known_contacts import KnownContacts
from .marker import MarkerFilter
from .owned import Material
from .private_filter import PrivateFilter

if TYPE_CHECKING:
    from ..settings.values import Grounding

PIECE = 500  # characters that the filters take at once; between two pieces other threads have their turn

Filter = MarkerFilter | Remover | ContactFilter | PrivateFilter


class Gate:
    """The filters of one answer, in their order."""

    def __init__(self, contacts: ContactFilter | None = None, private: PrivateFilter | None = None) -> None:
        self._contacts = contacts
        self._private = private
        self._marker = MarkerFilter()
        self._filters: list[Filter] = [self._marker]
        if contacts:
            self._filters += [Remover(), contacts]
        if private:
            self._filters.append(private)

    def push(self, piece: str) -> str:
        """Take the answer's next piece, and return the text that can be shown now; the rest is held back."""
        return "".join(self._push(piece[start : start + PIECE]) for start in range(0, len(piece), PIECE))

    def finish(self) -> str:
        """Return the text that was held back, once the answer is complete."""
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
        """Return the text that can be shown of a complete answer."""
        return self.push(answer) + self.finish()

    @property
    def is_unknown(self) -> bool:
        """Whether the model marked the answer as one that it does not know."""
        return self._marker.is_unknown

    @property
    def repaired(self) -> list[str]:
        """The contacts that the model had misspelt, and that were replaced by the owner's own."""
        return self._contacts.repaired if self._contacts else []

    @property
    def removed(self) -> list[str]:
        """The contacts that were taken out."""
        return self._contacts.removed if self._contacts else []

    @property
    def has_withheld(self) -> bool:
        """Whether the answer was ended before a private text."""
        return self._private is not None and self._private.has_ended


def open_gate(mode: Grounding, material: Material, fallback: str, visitor: Sequence[str]) -> Gate:
    """Return the gate for one answer; answers may repeat contacts in the visitor's messages, `visitor`.

    Private text is held back in any mode; `fallback` is the owner's sentence in its place.
    """
    contacts = None
    if mode != "off":
        contacts = ContactFilter(
            material.contacts, material.hidden, lambda: KnownContacts.of(visitor), spares_strangers=mode == "contacts"
        )
    return Gate(contacts, PrivateFilter(material.private, fallback) if material.private else None)
