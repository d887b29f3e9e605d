"""The gate that an answer passes through, whole or piece by piece, on its way to the visitor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..system.fairness import give_turn
from ..text.invisible import Remover
from .contacts.filter import ContactFilter
from .contacts.known_contacts import KnownContacts
from .marker import MarkerFilter
from .owned import Material
from .private.codes import CodeFilter
from .private.filter import PrivateFilter
from .private.text import PrivateText

if TYPE_CHECKING:
    from ..settings.values import Grounding

PIECE = 500  # characters that the filters take at once; between two pieces other threads have their turn

Filter = MarkerFilter | Remover | ContactFilter | CodeFilter | PrivateFilter


class Gate:
    """The filters of one answer, in their order."""

    def __init__(
        self, contacts: ContactFilter | None = None, private: PrivateText | None = None, fallback: str = ""
    ) -> None:
        """Take the filter of contacts, and the private text with the owner's sentence in its place.

        Private text is looked for in what the model wrote, of which the filter of contacts may report a part, and
        again in what is left without contacts.
        """
        self._contacts = contacts
        self._fallback = fallback
        self._marker = MarkerFilter()
        self._ends: list[CodeFilter | PrivateFilter] = []
        if private:
            self._ends = [CodeFilter(private), PrivateFilter(private), PrivateFilter(private, is_whole=False)]
        self._filters: list[Filter] = [self._marker, *self._ends[:2]]
        if contacts:
            self._filters += [Remover(), contacts]
        self._filters += self._ends[2:]
        self._shown: list[str] = []
        self._is_over = False

    def push(self, piece: str) -> str:
        """Take the answer's next piece, and return the text that can be shown now; the rest is held back."""
        return "".join(self._push(piece[start : start + PIECE]) for start in range(0, len(piece), PIECE))

    def finish(self) -> str:
        """Return the text that was held back, once the answer is complete."""
        return self._pass("", is_last=True)

    def _push(self, piece: str) -> str:
        give_turn()
        return self._pass(piece, is_last=False)

    def _pass(self, piece: str, *, is_last: bool) -> str:
        """Return what the filters show of a piece; behind one that ends the answer, they show what they hold."""
        if self._is_over:
            return ""
        for each in self._filters:
            piece = each.push(piece)
            if is_last:
                piece += each.finish()
            is_last = is_last or (each in self._ends and each.has_ended)
        if self.has_withheld:
            self._is_over = True
            piece += self._close(piece)
        self._shown.append(piece)
        return piece

    def _close(self, piece: str) -> str:
        """Return the owner's sentence, behind the end of an open block of code."""
        shown = "".join([*self._shown, piece])
        fence = "\n```" if shown.count("```") % 2 else ""
        return (f"{fence}\n\n" if shown.strip() else "") + self._fallback

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
        return any(each.has_ended for each in self._ends)


def open_gate(mode: Grounding, material: Material, fallback: str, visitor: Sequence[str]) -> Gate:
    """Return the gate for one answer; answers may repeat contacts in the visitor's messages, `visitor`.

    Private text is held back in any mode; `fallback` is the owner's sentence in its place.
    """
    contacts = None
    if mode != "off":
        contacts = ContactFilter(
            material.contacts, material.hidden, lambda: KnownContacts.of(visitor), spares_strangers=mode == "contacts"
        )
    return Gate(contacts, material.private or None, fallback)
