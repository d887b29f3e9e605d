"""Repair or remove the links, addresses and phone numbers in an answer that neither owner nor visitor wrote."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...system.caching import cached_property
from ...system.fairness import give_turn
from ...text.words import IS_UNSPACED_NAME
from . import contacts, numbers
from .blanks import Blanks
from .contacts import Kind
from .dressed import DRESSED, read_dressed
from .known_contacts import LOOKBEHIND, KnownContacts
from .number_forms import CARD
from .patterns import CONTACT
from .search import find_begin, find_first, find_tail
from .spelled import SPELLED, read_spelled

CLOSING_PAIRS = {"(": ")", "*": "*", "_": "_", "`": "`"}
NUMBER_BEFORE = re.compile(r"(?:\d|(?:19|20)\d\d|\d{5,})[^\d+]+")  # a list's number, a year, a postcode: no part of it


class ContactFilter:
    """Lets contacts through that owner or visitor have written; repairs misspelt ones, and takes others out.

    Text that comes in pieces is shown at once, but for a tail that may still become a contact; the result does not
    depend on how the text is cut.
    """

    def __init__(
        self,
        owner: KnownContacts,
        hidden: KnownContacts,
        read_visitor: Callable[[], KnownContacts],
        *,
        spares_strangers: bool,
    ) -> None:
        """`spares_strangers` lets links through to hosts that the owner never mentions; no report shows `hidden`."""
        self.repaired: list[str] = []
        self.removed: list[str] = []
        self._owner = owner
        self._hidden = hidden
        self._read_visitor = read_visitor
        self._spares_strangers = spares_strangers
        self._before = ""  # the end of the text that is no longer held
        self._held = ""
        self._blanks = Blanks()

    def push(self, piece: str) -> str:
        """Take the next piece, and return the text that can be shown now."""
        self._held += piece
        return self._show(is_last=False)

    def finish(self) -> str:
        """Return the rest of the text."""
        return self._show(is_last=True)

    def _show(self, *, is_last: bool) -> str:
        text, position = self._before + self._held, len(self._before)
        end = len(text) if is_last else find_tail(text, position)
        shown = []
        while position < end and (match := find_first(text, position, end)):
            if not is_last and (match.end() > end or _may_go_on(match)):
                end = max(position, find_begin(match))
                break
            start, rest, is_gone = self._ground(match)
            shown.append(self._blanks.show(text[position : max(start, position)]))
            shown.append(self._blanks.remove(rest) if is_gone else self._blanks.show(rest))
            position = match.end()
        if position < end:
            shown.append(self._blanks.show(text[position:end]))
            position = end
        self._before, self._held = text[max(0, position - LOOKBEHIND) : position], text[position:]
        return "".join(shown)

    def _ground(self, match: re.Match[str]) -> tuple[int, str, bool]:
        """Return where a match begins, the text to show for it, and whether a contact was removed."""
        give_turn()
        if match.re is CONTACT:
            return match.start(), *self._ground_plain(match)
        found = read_dressed(match) if match.re is DRESSED else read_spelled(match)
        if not found or self._passes(found[0], found[1]):
            return match.start(), match.group(), False
        return found[2], "", True

    def _ground_plain(self, match: re.Match[str]) -> tuple[str, bool]:
        if match["markdown"]:
            return self._ground_markdown(match), False
        if match["number"]:
            shown = self._ground_run(match)
            return (shown, False) if shown else (_unwrap(match["open"], match["close"]), True)
        for part in contacts.list_parts(match):
            if self._is_known(*contacts.read_target(part)):
                return match["open"] + part + self._ground_text(match.group()[len(match["open"]) + len(part) :]), False
        kind, contact = contacts.read_match(match)
        if kind == "link" and not contacts.is_link(contact):
            return match.group(), False
        punctuation = contacts.find_punctuation(match)
        judged = self._judge(kind, contact)
        if judged == contact:
            return match.group(), False
        if judged:
            bracketed = f"<{judged}>" if match["autolink"] else judged
            return f"{match['open']}{bracketed}{punctuation}{match['close']}", False
        return _unwrap(match["open"], punctuation + match["close"]), True

    def _ground_text(self, text: str) -> str:
        for pattern in (CONTACT, DRESSED, SPELLED):
            text = pattern.sub(lambda match: self._ground(match)[1], text)
        return text

    def _ground_markdown(self, match: re.Match[str]) -> str:
        """Return a Markdown link with text and target grounded, or the text alone."""
        text = self._ground_text(match["text"])
        kind, target = contacts.read_target(match["target"])
        judged = target if not target or target.startswith("#") else self._judge(kind, target)
        if not judged:
            return text
        title = self._ground_text(match["title"])
        head = match.group()[: match.start("text") - match.start()]
        space = match.group()[match.end("text") + 2 - match.start() : match.start("target") - match.start()]
        shown = match["target"] if judged == target else judged
        return f"{head}{text or (match['text'] and judged)}]({space}{shown}{title})"

    def _ground_run(self, match: re.Match[str]) -> str:
        run, start = match["number"], match.start("number")
        follows = match.string[match.end("number") : match.end("number") + 1]
        if follows.isalnum() and "+" not in run and not IS_UNSPACED_NAME.match(follows):
            return match.group()  # part of another name
        before = match.string[max(0, start - LOOKBEHIND) : start]
        shown = self._ground_number(run, before)
        return f"{match['open']}{shown}{match['close']}" if shown else ""

    def _ground_number(self, run: str, before: str) -> str:
        """Return a run of digits without phone numbers that neither owner nor visitor has written."""
        give_turn()
        if CARD.fullmatch(run) or all(self._is_known("number", part) for part in run.split("/")):
            return run
        for start, end in numbers.list_windows(run):
            is_whole = not start or NUMBER_BEFORE.fullmatch(run[:start])
            if is_whole and self._is_known("number", run[start:end]):
                return run[:end] + self._ground_number(run[end:], before + run[:end])
        if not (found := numbers.find_phone_number(run, before)):
            return run
        start, end = found
        left, right = self._ground_number(run[:start], before), self._ground_number(run[end:], before + run[:end])
        return left + self._judge("number", run[start:end]) + right

    def _passes(self, kind: Kind, contact: str) -> bool:
        """Return whether an answer may show a contact in another dress, and note it as removed if not."""
        is_spared = kind in ("link", "handle") and self._spares_strangers and not self._owner.mentions(contact)
        if is_spared or self._is_known(kind, contact):
            return True
        self.removed.append(self._report(kind, contact))
        return False

    def _is_known(self, kind: Kind, contact: str) -> bool:
        return self._owner.has(kind, contact) or self._visitor.has(kind, contact)

    @cached_property
    def _visitor(self) -> KnownContacts:
        return self._read_visitor()

    def _judge(self, kind: Kind, contact: str) -> str:
        """Return a contact unchanged, or repaired, or nothing where no answer may show a like one."""
        if self._is_known(kind, contact):
            return contact
        if nearest := self._owner.find_nearest(kind, contact):
            self.repaired.append(self._report(kind, contact))
            return contacts.write_like(contact, kind, nearest)
        if kind == "link" and self._spares_strangers and not self._owner.mentions(contact):
            return contact
        self.removed.append(self._report(kind, contact))
        return ""

    def _report(self, kind: Kind, contact: str) -> str:
        """Return a contact for the report, which the visitor gets too: “…” for a private one."""
        is_hidden = self._hidden.has(kind, contact) or self._hidden.find_nearest(kind, contact)
        return "…" if is_hidden else contact


def _may_go_on(match: re.Match[str]) -> bool:
    """Return whether a contact at the end of a text may be longer once more comes."""
    return match.end() == len(match.string) and match.re is CONTACT and not match["markdown"]


def _unwrap(opening: str, closing: str) -> str:
    """Return the marks around a removed contact, without the pairs that enclosed only that."""
    while opening and closing and CLOSING_PAIRS.get(opening[-1]) == closing[0]:
        opening, closing = opening[:-1], closing[1:]
    return opening + closing
