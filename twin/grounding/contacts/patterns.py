"""Patterns of links, e-mail addresses and phone numbers, and of text that may still become one."""

from __future__ import annotations

import re

from ...text.scripts import SPACED
from .number_forms import AREA, BLANK, DASH, NUMBER, PLUS

# No URL has these: brackets, quotes, dashes and the punctuation of other scripts.
STOPS = (
    r'\s<>"`|\\\[\]\u3001-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u2013\u2014\u2018-\u201f\u2026\u2039\u203a'
    r"\u00ab\u00bb\u060c\u061b\u061f\u06d4\u0964\u0965\u200e\u200f\u061c"
)
LABEL = rf"[{SPACED}](?:[{SPACED}_\-]{{0,61}}[{SPACED}])?"
# Of a host's labels the last.
TOP = rf"(?:[A-Za-z](?:[A-Za-z0-9\-]{{0,61}}[A-Za-z0-9])?|(?![0-9A-Za-z])[{SPACED}]{{2,63}})"
SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]{0,30}"
NAMES = "mailto|tel|sms|callto|facetime|skype|whatsapp"  # schemes that lead to a person
ADDRESSED = rf"(?<![{SPACED}])(?:www\.|(?:{NAMES}):)"
LOCAL_PART = rf"(?<![{SPACED}%+])[{SPACED}_][{SPACED}.%+'_\-]{{0,63}}"
LONGEST, LONGEST_NAME = 2_000, 400  # characters of a link, and of a host or an address

URL = rf"(?:{SCHEME}://(?:\[[0-9A-Fa-f:.]+\])?|{ADDRESSED})[^{STOPS}]{{1,{LONGEST}}}"
ADDRESS = rf"{LOCAL_PART}@(?:{LABEL}\.){{1,10}}{TOP}"
DOI = rf"(?<![{SPACED}])10\.\d{{4,9}}/[^{STOPS}]{{1,{LONGEST_NAME}}}"
BARE_LINK = rf"{DOI}|(?://)?(?<![{SPACED}])(?:{LABEL}\.){{1,10}}{TOP}(?::\d{{1,5}})?(?:[/?#][^{STOPS}]{{0,{LONGEST}}})?"
# A link in Markdown (spec.commonmark.org/0.31.2/#links), but not an index and a call in code. Its text is kept short,
# so that not much waits for its end.
TEXT = r"(?:[^\[\]]|\[[^\[\]]{0,300}+\]){0,300}+"
LINK_TITLE = r"[ ]*+(?:(?:\"[^\"\n]*+\"|'[^'\n]*+'|\([^()\n]*+\))[ ]*+)?"
BEGIN = r"(?<![A-Za-z0-9_\])])!?\["
TARGET = r"<[^<>\n]*+>|[^\s()]*+(?:\([^\s()]*+\)[^\s()]*+)*+"
MARKDOWN = rf"{BEGIN}(?P<text>{TEXT})\]\([ ]*+(?P<target>{TARGET})(?P<title>{LINK_TITLE})\)"
CONTACT = re.compile(
    rf"(?P<markdown>{MARKDOWN})|(?P<open>(?:(?!{AREA})\()?[*_`]{{0,3}})(?:<(?P<autolink>(?:{SCHEME}:|{LOCAL_PART}@)[^<>\s]*)>"
    rf"|(?P<url>{URL})|(?P<address>{ADDRESS})|(?P<host>{BARE_LINK})"
    rf"|(?:(?<![{SPACED}])|(?={PLUS}))(?<!\+)(?<![0-9A-Fa-f]-)(?<!\d[.,])(?P<number>{NUMBER}))(?P<close>[*_`)]{{0,3}})"
)

# Words without any contact: most text.
PLAIN = re.compile(r"(?:[A-Za-z\u00c0-\u024f\u0400-\u04ff,;'\u2019\-]|\s)*+")
# The end of a text that may become a contact when more comes: a Markdown link, a link, a name, a number.
OPEN_LINK = re.compile(rf"{BEGIN}{TEXT}(?:\[[^\[\]]{{0,300}}+)?(?:\](?:\([^\n]{{0,{LONGEST}}}+)?)?\Z")
IPV6 = re.compile(rf"{SCHEME}://\[[0-9A-Fa-f:.]*(?:\][^{STOPS}]{{0,{LONGEST}}})?\Z")
URL_START = re.compile(
    rf"{SCHEME}:/|(?<![{SPACED}])10\.\d{{4,9}}/|{ADDRESSED}|(?<![{SPACED}])(?:{LABEL}\.){{1,10}}{LABEL}(?::\d{{1,5}})?[/?#]"
)
STOP = re.compile(rf"[{STOPS}]")
OPEN_NAME = re.compile(rf"<?(?:[{SPACED}.%+'@_\-]{{1,{LONGEST_NAME}}}+:?|<[^\s<>]{{0,{LONGEST}}}+)?\Z")
OPEN_NUMBER = re.compile(
    rf"(?:(?<![{SPACED}])|(?={PLUS}))(?:{NUMBER}(?:{BLANK}|{DASH}|[().+/]){{0,4}}|(?:{PLUS}|\()[ ]?|\({PLUS}"
    rf"|{PLUS}{BLANK}?\(?{PLUS}?\d{{0,5}})\Z"
)
WRAPPERS = re.compile(r"[*_`(!/<]{1,5}\Z")


def find_open(text: str, start: int) -> int:
    """Return where, after `start`, a tail of `text` begins that may still become a contact, or part of one."""
    near = max(start, len(text) - LONGEST_NAME)
    name = OPEN_NAME.search(text, near)
    ends = [name.start() if name else len(text)]
    if PLAIN.fullmatch(text, start):
        return ends[0]
    for pattern, first in ((OPEN_LINK, start), (OPEN_NUMBER, near), (IPV6, near)):
        if match := pattern.search(text, first):
            ends.append(match.start())
    token = max(start, len(text) - LONGEST)
    for stop in STOP.finditer(text, token):
        token = stop.end()
    if match := URL_START.search(text, token):
        ends.append(match.start())
    end = min(ends)
    wrapped = WRAPPERS.search(text, max(start, end - 5), end)
    return wrapped.start() if wrapped else end
