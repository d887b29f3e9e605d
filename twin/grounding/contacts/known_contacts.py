"""The links, addresses and phone numbers that the owner or a visitor has written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...system.fairness import give_turn
from . import contacts, numbers, phone_identity
from .contacts import Kind
from .identifiers import find_pages
from .number_forms import DASH, WITH_PLUS
from .number_words import is_announced, is_labelled
from .patterns import CONTACT, find_open

HINT = re.compile(r"@|:\S|//|\]\(|\.[^\W\d_]|(?:\d\D{0,3}){7}")  # that a line may hold a contact
NAMED = re.compile(r"@([A-Za-z0-9_](?:[\w.]{0,30}\w)?)")  # in some network
BETWEEN = re.compile(rf"\s{DASH}\s|\s/\s")  # two numbers
MAX_EDITS = 2  # of a character each, in a misspelling (Levenshtein)
LOOKBEHIND = 80  # characters before a number that tell its kind
CHUNK_CHARACTERS = 1_000  # that one search for a contact may pass over: each takes two microseconds


@dataclass
class KnownContacts:
    """The contacts of some texts, by their normal form, each as first written."""

    links: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)  # with a dot, of hosts or files
    _codes: dict[str, set[str]] = field(default_factory=dict)
    _handles: set[str] = field(default_factory=set)  # names in some network, also the ends of links
    _identifiers: set[str] = field(default_factory=set)  # numbers that are said to be no phone's

    @classmethod
    def of(cls, texts: Iterable[str]) -> KnownContacts:
        """Return the contacts in `texts`."""
        known = cls()
        for text in texts:
            for start, end in list_chunks(text):
                known.read(text, start, end)
        return known

    @classmethod
    def merge(cls, parts: Iterable[KnownContacts]) -> KnownContacts:
        """Return the contacts in any of `parts`; of two ways to write one, the first."""
        merged = cls()
        for part in parts:
            merged.links = part.links | merged.links
            merged.addresses = part.addresses | merged.addresses
            merged.numbers = part.numbers | merged.numbers
            merged.hosts |= part.hosts
            merged._names |= part._names
            merged._handles |= part._handles
            merged._identifiers |= part._identifiers
            for rest, codes in part._codes.items():
                merged._codes.setdefault(rest, set()).update(codes)
        return merged

    def has(self, kind: Kind, contact: str) -> bool:
        """Return whether a contact is known, in any form."""
        if kind == "number":
            return numbers.as_digits(contact) in self._identifiers or any(
                not code or not known or code == known
                for code, rest in phone_identity.read_number(contact)
                for known in self._codes.get(rest, ())
            )
        if kind == "handle":
            return contact.lstrip("@").casefold() in self._handles
        if kind == "address":
            return contacts.normalize_address(contact) in self.addresses
        key = contacts.normalize_link(contact)
        return key in self.links or key in self._names

    def find_nearest(self, kind: Kind, contact: str) -> str | None:
        """Return the known contact, as written, of which `contact` is a misspelling, if there is one."""
        from rapidfuzz import process  # takes 2 MB of memory, which few owners need
        from rapidfuzz.distance import Levenshtein

        if kind == "number":
            key, known = phone_identity.find_longest(contact), self.numbers
        elif kind == "address":
            key, known = contacts.normalize_address(contact), self.addresses
        else:
            key, known = contacts.normalize_link(contact), self.links
        found = process.extractOne(key, list(known), scorer=Levenshtein.distance, score_cutoff=MAX_EDITS)
        return known[found[0]] if found else None

    def mentions(self, link: str) -> bool:
        """Return whether the host of a link, or a domain above, is known."""
        host = contacts.host_of(contacts.normalize_link(link))
        return any(f".{host}".endswith(f".{mentioned}") for mentioned in self.hosts)

    def read(self, text: str, start: int, end: int) -> None:
        """Add the contacts in `text` between two places, which must not be within a contact."""
        give_turn()
        while start < end:
            line_end = text.find("\n", start, end)
            line_end = end if line_end < 0 else line_end
            if HINT.search(text, start, line_end):  # few lines of prose; a close look takes 50 times as long
                self._read_line(text, start, line_end)
            start = line_end + 1

    def _read_line(self, text: str, position: int, end: int) -> None:
        self._handles.update(name.casefold() for name in NAMED.findall(text, position, end))
        self._names.update(map(contacts.normalize_link, find_pages(text[position:end])))
        while match := CONTACT.search(text, position, end):
            give_turn()
            position = max(match.end(), position + 1)
            if match["markdown"]:
                position = match.start("text")  # may hold other contacts
                self._add(*contacts.read_target(match["target"]), "")
            elif match["number"]:
                begin = match.start("number")
                *_, before = text[max(0, begin - LOOKBEHIND) : begin].split("\n")
                self._add_run(match["number"], before)
            else:
                self._add(*contacts.read_match(match), "")

    def _add_run(self, run: str, before: str) -> None:
        if is_labelled(before) and not is_announced(before) and not WITH_PLUS.search(run):
            self._identifiers.add(numbers.as_digits(run))
            return
        parts = [run, *BETWEEN.split(run), *numbers.split_run(run, before)]
        for part in dict.fromkeys(parts):
            self._add("number", part, before)

    def _add(self, kind: Kind, contact: str, before: str) -> None:
        if kind == "link":
            if not (key := contacts.normalize_link(contact)):
                return
            if not contacts.is_link(contact):
                self._names.add(key)
                return
            self.links.setdefault(key, contact)
            self.hosts.add(contacts.host_of(key))
            self._handles.add(re.split("[/@]", key)[-1])
        elif kind == "address":
            key = contacts.normalize_address(contact)
            self.addresses.setdefault(key, re.sub("(?i)^mailto:", "", contact))
            self.hosts.add(key.rpartition("@")[2])
        else:
            for code, rest in phone_identity.read_number(contact):
                self._codes.setdefault(rest, set()).add(code)
            if numbers.is_phone_number(contact, before):
                self.numbers.setdefault(phone_identity.find_longest(contact), contact)


def list_chunks(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each chunk of a text: a chunk ends with a line if one ends in time, never in a contact."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + CHUNK_CHARACTERS, start + 5 * CHUNK_CHARACTERS) + 1 or _find_border(text, start)
        yield start, end
        start = end


def _find_border(text: str, start: int) -> int:
    """Return where a chunk can end before a possible contact; no contact takes more than four chunks."""
    before = max(0, start - LOOKBEHIND)
    for end in (start + CHUNK_CHARACTERS, start + 2 * CHUNK_CHARACTERS, start + 4 * CHUNK_CHARACTERS):
        if end >= len(text):
            return len(text)
        border = before + find_open(text[before:end], start - before)
        if border > start:
            return border
    return end
