"""Contacts in another dress: `ada (at) example (dot) org`, `example[.]org`, `@ada` of a network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...text.scripts import SPACED
from .hosts import TOP_LEVEL
from .number_words import LEAD_CHARACTERS

if TYPE_CHECKING:
    from .contacts import Kind

# Names of the sign @, and of the dot in a host's name, in languages whose speakers write addresses so.
AT_WORDS = re.findall(
    r"[\w-]+",
    "at ät alfakrøll apenstaartje arobase arroba chiocciola krøllalfa kukac małpa snabel-a snabela zavináč собака",
)
DOT_WORDS = re.findall(r"\w+", "dot kropka nokta piste point pont ponto punkt punktum punt punto tečka точка")
MAX_WORDS = 8  # between spaces, in one
LONGEST = 320  # characters that one takes
OPENS, CLOSES = r"[\[({<]", r"[\])}>]"


def _in_any_case(words: list[str], *, begun: bool = False) -> str:
    """Return a pattern of words, or of their beginnings too, in any case."""
    found = {word[:length] for word in words for length in range(1 if begun else len(word), len(word) + 1)}
    return "(?i:" + "|".join(sorted(found, key=len, reverse=True)) + ")"


AT_SET, DOT_SET = set(AT_WORDS), set(DOT_WORDS)
AT_NAME, DOT_NAME = _in_any_case(AT_WORDS), _in_any_case(DOT_WORDS)
AT_BEGUN, DOT_BEGUN = _in_any_case(AT_WORDS, begun=True), _in_any_case(DOT_WORDS, begun=True)
NAME = rf"{SPACED}_.+%\-"  # the characters of a name before the sign
LABEL = rf"[{SPACED}](?:[{SPACED}_\-]{{0,38}}[{SPACED}])?"
OPEN_LABEL = rf"[{SPACED}_\-]{{1,63}}"
BRACKETED_DOT = rf"{OPENS}[ ]?(?:\.|{DOT_NAME})[ ]?{CLOSES}"
DRESSED_DOT = rf"(?:[ ]?{BRACKETED_DOT}[ ]?|[ ]{DOT_NAME}[ ]|[ ]\.[ ]?)"
MORE = rf"(?:(?:\.|{DRESSED_DOT}){LABEL})"
DRESSED_HOST = rf"{LABEL}(?:\.{LABEL}){{0,2}}{DRESSED_DOT}{LABEL}{MORE}{{0,2}}"
BRACKETED_AT = rf"{OPENS}[ ]?(?:@|{AT_NAME})[ ]?{CLOSES}"
AT_WORD = rf"(?<=\w[ ]){AT_NAME}"
HANDLE = r"(?<![\w@./+%\-])@[A-Za-z0-9_](?:[\w.]{0,30}\w)?(?![\w@/-]|\.\w)"
# Each begins with a sign or a word, and the name before is looked for from there.
DRESSED = re.compile(
    rf"(?:{BRACKETED_AT}[ ]?(?P<host>{LABEL}{MORE}{{1,4}})|(?:@[ ]?|{AT_WORD}[ ])(?P<dressed_host>{DRESSED_HOST})"
    rf"|(?<=[{SPACED}])(?P<site>{BRACKETED_DOT}{LABEL}(?:(?:{BRACKETED_DOT}|\.){LABEL}){{0,2}}))(?![{SPACED}_])|(?P<handle>{HANDLE})"
)
SIGN = re.compile(r"[@\[({<]")
WORDED_SIGN = re.compile(rf"{SIGN.pattern}|{AT_WORD}(?=[ ])")
LOCAL = re.compile(rf"(?<![{NAME}])([{SPACED}_][{NAME}]{{0,63}})([ ]?)\Z")
DOT = re.compile(rf"{DRESSED_DOT}|\.")

_PART_OF_DOT = rf"(?:\.|[ ]?{OPENS}[ ]?(?:\.|{DOT_BEGUN})?[ ]?{CLOSES}?[ ]?|[ ](?:{DOT_BEGUN})?[ ]?|[ ]\.?[ ]?)"
AT = re.compile(rf"{BRACKETED_AT}|@|{AT_WORD}(?!\w)")
REST = re.compile(rf"[ ]?(?:{OPEN_LABEL}(?:(?:\.|{DRESSED_DOT}){OPEN_LABEL}){{0,6}}{_PART_OF_DOT}?)?\Z")
OPEN_BRACKET = re.compile(rf"{OPENS}[ ]?(?:@|{AT_BEGUN})?[ ]?\Z")
OPEN_SITE = re.compile(
    rf"(?<![{NAME}@])[{NAME}]{{1,{LONGEST}}}(?:{BRACKETED_DOT}[{NAME}]{{0,63}}){{0,4}}"
    rf"(?:{OPENS}[ ]?(?:\.|{DOT_BEGUN})?[ ]?{CLOSES}?)?\Z"
)
OPEN_HANDLE = re.compile(r"@[\w.]*(?:[ ]\w{0,4}(?:[ ]\w{0,12})?)?\Z")  # with a network after it

# Before a handle: the name of a network, or what people say just before one.
NETWORKS = """
    bluesky discord facebook github gitlab insta instagram linkedin mastodon matrix messenger pinterest reddit
    signal skype snapchat soundcloud telegram threads tiktok tumblr twitch twitter viber wechat weibo whatsapp
    xing youtube
"""
SAID = """
    contact contactez dm escríb\\w* find folg\\w* follow\\w* följ handle i['’]m i_am ich_bin message obserwuj
    ping post schreib\\w* scrivi\\w* segui\\w* siga sono sou soy suis suivez sígue\\w* tag takip tweet\\w*
    username volg
"""
ON_NETWORK = re.compile(rf"(?i)[ ](?:on|auf|bei|sur|en|su|no|na|op|på|w)[ ](?:{'|'.join(NETWORKS.split())})(?!\w)")
SIGNED_NETWORKS = "телеграм|инстаграм|微信|微博|推特|インスタ|ツイッター|카카오|인스타"
NETWORKED = re.compile(
    rf"(?i)(?:(?<!\w)(?:{'|'.join(NETWORKS.split())})(?!\w)|{SIGNED_NETWORKS})[^.!?\n]{{0,30}}\Z"
    rf"|(?<!\w)(?:{'|'.join(SAID.split()).replace('_', ' ')})(?!\w)(?:[ ]\w{{2,3}}){{0,2}}\W{{1,4}}\Z"
)


def find_dressed(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first match of DRESSED that begins between two places and is a contact."""
    signs = SIGN if DOT_SET.isdisjoint(text[start : end + LONGEST].lower().split(" ")) else WORDED_SIGN
    found = (DRESSED.match(text, sign.start()) for sign in signs.finditer(text, start, end))
    return next((match for match in found if match and read_dressed(match)), None)


def read_dressed(match: re.Match[str]) -> tuple[Kind, str, int] | None:
    """Return kind and plain form of a match of DRESSED, and where it begins with its name; None where it is none."""
    text, start = match.string, match.start()
    if match["handle"]:
        is_told = NETWORKED.search(text[max(0, start - LEAD_CHARACTERS) : start]) or ON_NETWORK.match(text, match.end())
        return ("handle", match["handle"], start) if is_told else None
    host = DOT.sub(".", match["site"] or match["host"] or match["dressed_host"])
    is_site = host.rpartition(".")[2].lower() in TOP_LEVEL
    name, begin = find_local(text, start)
    if match["site"]:
        return ("link", f"{name}{host}", begin) if name and is_site else None
    return ("address", f"{name}@{host}", begin) if name and (match["host"] or is_site) else None


def find_local(text: str, place: int) -> tuple[str, int]:
    """Return the name before the sign of an address, and where what belongs to it begins: a space parts it off."""
    match = LOCAL.search(text, max(0, place - LEAD_CHARACTERS - 2), place)
    if not match:
        return "", place
    return match[1], place if match[2] else match.start()


def find_open_dress(text: str, start: int) -> int:
    """Return where, after `start`, a tail of `text` begins that may still become a contact in another dress.

    A name at the end, before which nothing of one stands, is left to `patterns.find_open`.
    """
    near = max(start, len(text) - LONGEST)
    has_sign = SIGN.search(text, near) is not None
    if not has_sign and AT_SET.isdisjoint(map(str.lower, text[near:].rsplit(" ", MAX_WORDS))):
        return len(text)  # most text
    found = [match.start() for match in AT.finditer(text, near) if REST.match(text, match.end())][:1]
    if match := OPEN_BRACKET.search(text, near):
        found.append(match.start())
    places = [len(text), *(find_local(text, place)[1] for place in found)]
    if has_sign:
        places += [match.start() for match in (OPEN_SITE.search(text, near), OPEN_HANDLE.search(text, near)) if match]
    return max(start, min(places))
