"""Web and mail addresses that go over two lines, with or without a mark where they are broken."""

from __future__ import annotations

import re

from ....grounding.contacts.hosts import TOP_LEVEL

ADDRESS = re.compile(r"://|^www\.|@|^[\w.-]+\.[a-z]{2,}/|\w/\w+[/.]", re.IGNORECASE)
BREAKS_AFTER = ("/", ".", "-", "_", "=", "&", "?", "@", "%", "#", "+", "~")
ADDRESS_PART = re.compile(r"^[\w.~%/?#&=+:@-]*[/.=_?&%#@-][\w.~%/?#&=+:@-]*[),.;]?$")
MAIL = re.compile(r"[\w.+%-]+@(?:[\w-]+\.)+([a-z]+)", re.IGNORECASE)
SITE = re.compile(r"(?:https?://(?:[\w-]+\.)+|www\.(?:[\w-]+\.)+|(?:[\w-]+\.)+)([a-z]+)(?:[/?#:]\S*)?", re.IGNORECASE)
# What a line may begin with where it goes on with a path or a query; a hyphen stands in words, too.
PATH_PART = re.compile(
    r"(?!(?:and|und|et|e|y|o|og|en)/(?:or|oder|ou|o|eller|of)\b)"
    r"(?:[a-z\d-][\w.~%+:-]*[/=?&#_][\w.~%/?#&=+:-]*|-\w+-[\w-]+|[\w-]+\.(?:html?|php|pdf|aspx?))",
    re.A,
)
BEGINS_ADDRESS = re.compile(r"https?:|www\.|mailto:|tel:", re.IGNORECASE)
SLUG = re.compile(r"[a-z\d-][\w.-]*", re.A)
HOSTLESS = re.compile(r"\w@[\w-]+$")  # a mail address whose host has no dot yet
HOST_PART = re.compile(r"[\w-]*(?:\.[\w-]+)+")
STOPS = (",", ";", ":", "!", ")", ">", "|", "·", "•")  # behind an address
MARKS = "<>()[],;:.!"  # around one


def is_one_address(last: str, first: str, *, is_full: bool) -> bool:
    """Return whether an address goes on in the next line; `is_full` lines end where their column does."""
    if first[0] == "@" or last.endswith("@"):
        return last[-1].isalnum() or first[0].isalnum()
    if ADDRESS.search(last) and last.endswith(BREAKS_AFTER):
        is_part = ADDRESS_PART.match(first) or (is_full and SLUG.fullmatch(first.rstrip(MARKS)))
        return last[-1] in "-_=&?%#@" or bool(is_part)
    if last.endswith(STOPS) or last.endswith(BREAKS_AFTER) or BEGINS_ADDRESS.match(first):
        return False
    start, end = last.lstrip(MARKS), first.rstrip(MARKS)
    if not end or not end[0].isascii() or not (end[0].isalnum() or end[0] in "-./"):
        return False
    return _is_one_mail(start, end, is_full=is_full) or _is_one_site(start, end, is_full=is_full)


def _is_one_mail(start: str, end: str, *, is_full: bool) -> bool:
    if HOSTLESS.search(start) and HOST_PART.fullmatch(end):
        return True
    if not _names_host(MAIL, start + end):
        return False
    if "@" in start:  # which is one already, but for a host that ends in “co” and goes on with “m”
        return not _names_host(MAIL, start) or (is_full and len(end) <= 2)
    is_name = re.fullmatch(r"[^\W\d][\w+-]*[._\d][\w+.-]*", start) is not None and not _names_host(SITE, start)
    return is_full and is_name and "@" in end


def _is_one_site(start: str, end: str, *, is_full: bool) -> bool:
    if "@" in end or not _names_host(SITE, start + end):
        return False
    if re.match(r"[a-z]{1,4}/", end) and re.fullmatch(r"\S+\.[a-z]+", start):  # within the top-level domain
        return True
    if not _names_host(SITE, start):
        return start.lower().startswith(("http", "www."))
    if not ADDRESS.search(start) or _names_host(SITE, end) or _names_host(MAIL, end):
        return False
    return PATH_PART.fullmatch(end) is not None or (is_full and SLUG.fullmatch(end) is not None)


def _names_host(form: re.Pattern[str], text: str) -> bool:
    """Return whether a text is an address of this form under a top-level domain that exists."""
    found = form.fullmatch(text)
    return found is not None and found[1].lower() in TOP_LEVEL
