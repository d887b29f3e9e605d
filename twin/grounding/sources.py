"""What the owner, or a visitor, has really written of links, addresses and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from . import contacts, numbers
from .contacts import Kind
from .patterns import CONTACT

MISSPELT = 2  # edits at most, of a character each (Levenshtein)


@dataclass
class Sources:
    """The contacts of some texts, by their normal form; each with the words in which it stands there first."""

    links: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)  # which may be hosts or files
    _codes: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Sources:
        """Return what stands in `texts`."""
        sources = cls()
        for text in texts:
            sources._read(text)
        return sources

    def has(self, kind: Kind, contact: str) -> bool:
        """Whether a contact stands there, in whatever form."""
        if kind == "number":
            return any(
                not code or not known or code == known
                for code, rest in numbers.read_number(contact)
                for known in self._codes.get(rest, ())
            )
        if kind == "address":
            return contacts.normalize_address(contact) in self.addresses
        key = contacts.normalize_link(contact)
        return key in self.links or key in self._names

    def find_nearest(self, kind: Kind, contact: str) -> str | None:
        """Return what a contact is a misspelling of, as it stands there, if it is one."""
        if kind == "number":
            key, known = max((rest for _, rest in numbers.read_number(contact)), key=len), self.numbers
        elif kind == "address":
            key, known = contacts.normalize_address(contact), self.addresses
        else:
            key, known = contacts.normalize_link(contact).casefold(), self.links
        distances = {
            text: Levenshtein.distance(key, other.casefold(), score_cutoff=MISSPELT) for other, text in known.items()
        }
        nearest = min(distances, key=distances.__getitem__, default=None)
        return nearest if nearest is not None and distances[nearest] <= MISSPELT else None

    def mentions(self, link: str) -> bool:
        """Whether the host of a link is mentioned there, or one above it."""
        host = contacts.host_of(contacts.normalize_link(link))
        return any(f".{host}".endswith(f".{mentioned}") for mentioned in self.hosts)

    def _read(self, text: str) -> None:
        position = 0
        while match := CONTACT.search(text, position):
            position = max(match.end(), position + 1)
            if match["markdown"]:
                position = match.start("text")  # which may hold others
                self._add(*contacts.read_target(match["target"]), "")
            elif match["number"]:
                self._add_run(match["number"], text[: match.start("number")][-40:])
            else:
                kind, contact = contacts.read_match(match)
                self._add(kind, contact, "")

    def _add_run(self, run: str, before: str) -> None:
        parts = {
            run,
            *(run[start:end] for start, end in numbers.split_run(run)),
            *re.split(r"\s[-\u2010-\u2015]\s", run),
        }
        for part in parts:
            self._add("number", part, before)

    def _add(self, kind: Kind, contact: str, before: str) -> None:
        if kind == "link":
            key = contacts.normalize_link(contact)
            if not contacts.is_link(contact):
                self._names.add(key)
                return
            self.links.setdefault(key, contact)
            self.hosts.add(contacts.host_of(key))
        elif kind == "address":
            key = contacts.normalize_address(contact)
            self.addresses.setdefault(key, re.sub("(?i)^mailto:", "", contact))
            self.hosts.add(key.rpartition("@")[2])
        else:
            for code, rest in numbers.read_number(contact):
                self._codes.setdefault(rest, set()).add(code)
            if numbers.is_phone_number(contact, before):
                self.numbers.setdefault(max((rest for _, rest in numbers.read_number(contact)), key=len), contact)
