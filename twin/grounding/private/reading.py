"""Read an answer as the page shows it: without tags, and with the characters that entities and escapes stand for."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote_plus

from ...system.fairness import give_turn
from ...text.lookalikes import show_characters

AHEAD = 10  # characters that decide whether an entity or a row of escapes goes on
MOST = 500  # characters of a tag or comment
ROW = "{1,100}"  # escapes that are decoded together
PHRASING = """
a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strike
strong sub sup time tt u var wbr
"""
PARTS_NOTHING = frozenset(PHRASING.split())  # elements of HTML within a word
STYLES = (
    "text(?:bf|it|rm|sc|sf|sl|tt|up|normal|color|superscript|subscript)?|math(?:bb|bf|cal|frak|it|rm|scr|sf|tt|normal)|emph"
    "|underline|mbox|hbox|operatorname|boldsymbol|bm"
)
ENTITY = r"&(?:amp;){0,3}(?:\#x[0-9a-f]{1,6};?|\#[0-9]{1,7};?|[a-z][a-z0-9]{1,8};)"
MARKUP = re.compile(
    rf"""(?P<entity>{ENTITY})
    | <!--(?P<comment>[\s\S]{{0,{MOST}}}?)-->
    | <(?P<tag>[/?]?[a-z][^<>]{{0,{MOST}}})>
    | (?P<utf16>(?:\\{{1,2}}u[0-9a-f]{{4}}|%u[0-9a-f]{{4}}){ROW})
    | (?:\\u\{{|\\U(?-i:00)|(?-i:U)\+)(?P<code>[0-9a-f]{{2,6}})(?:\}}|\ )?
    | (?P<bytes>(?:\\x[0-9a-f]{{2}}){ROW} | (?:%[0-9a-f]{{2}}){ROW} | (?:=(?-i:[0-9A-F]{{2}})){{2,100}}
        | =(?:20|3D|2C|2E))
    | \\char(?P<decimal>[0-9]{{2,6}})\ ?
    | \\(?P<css>0[0-9a-f]{{3,5}})\ ?
    | (?P<octal>(?:\\[0-3][0-7]{{2}}){ROW})
    | \\[-'`^"~=.]\ ?\{{?\\?(?P<accented>[a-z])\}}?
    | \\[cvHukrdb]\{{\\?(?P<marked>[a-z])\}}
    | \\(?P<letter>ss|ae|oe|aa|[oli])(?![a-z])(?:\{{\}}|\ )?
    | (?P<style>\\(?:{STYLES})(?![a-z]) | =\r?\n)
    | (?P<space>\\(?:begin|end)\{{[^{{}}]{{0,40}}\}} | \\(?:item|quad|hspace|newline)(?![a-z]) | \\[ntr])
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What may become one of these with the next characters.
OPEN = re.compile(
    rf"""(?:&[\#\w;]{{0,26}} | \\{{1,2}}[^\s\\]{{0,50}} | %u?[0-9a-f]{{0,4}} | (?:=[0-9A-F]{{2}})?(?:=[0-9A-F\r]?)?
    | <(?:!(?:-(?:-(?:(?!-->)[\s\S]){{0,{MOST + 2}}})?)?|[/?]?(?:[a-z][^<>]{{0,{MOST}}})?)? | U\+?[0-9a-f]{{0,6}})\Z""",
    re.IGNORECASE | re.VERBOSE,
)
LITERAL = {True: re.compile(r"[^&\\%=<U]+"), False: re.compile("[^&]+")}  # by whether all is read, or entities alone
# Attributes with words: all but those that only say how an element looks.
SHOWN = re.compile(
    r"""\s(?!class|style|id|rel|target|lang|dir|role|color|size|face|type|width|height|align|valign|border|colspan|rowspan)
    [\w:-]+\s*=\s*("[^"]*"|'[^']*'|[^\s"']+)""",
    re.IGNORECASE | re.VERBOSE,
)


class Reading:
    """The text of an answer in pieces, with the place in the answer that each character comes from.

    Where tags, comments and escapes stand as text, as they do once contacts were taken out, entities alone are read.
    """

    def __init__(self, *, is_whole: bool) -> None:
        self.text = ""
        self.places: list[int] = []  # in `held`
        self.held = ""  # of the answer: what is not dropped yet
        self.read = 0  # held characters that are in `text`
        self._literal = LITERAL[is_whole]
        self._parts: list[str] = []  # of the text, since to lengthen it by each would take quadratic time

    def push(self, piece: str, *, is_last: bool) -> None:
        """Read the next piece; what may be an unfinished escape stays unread."""
        self.held += piece
        self._read_units(is_last=is_last)
        self.text += "".join(self._parts)
        self._parts.clear()

    def _read_units(self, *, is_last: bool) -> None:
        while self.read < len(self.held):
            give_turn()
            if literal := self._literal.match(self.held, self.read):
                self._take_literally(literal.end())
                continue
            unit = MARKUP.match(self.held, self.read)
            is_decided = is_last or (self._is_decided(unit) if unit else not OPEN.match(self.held, self.read))
            if not is_decided:
                return
            shown = show_unit(unit) if unit else None
            if unit is None or shown is None:
                self._take_literally(self.read + 1)
            else:
                self._take(show_characters(shown), unit.end())

    def drop(self, characters: int, end: int) -> None:
        """Forget this many characters of the text, and the answer up to `end`."""
        self.text = self.text[characters:]
        self.places = [place - end for place in self.places[characters:]]
        self.held = self.held[end:]
        self.read -= end

    def _is_decided(self, unit: re.Match[str]) -> bool:
        return unit.group().endswith(">") or len(self.held) - unit.end() >= AHEAD

    def _take_literally(self, end: int) -> None:
        text = self.held[self.read : end]
        if text.isascii():
            self._parts.append(text)
            self.places.extend(range(self.read, end))
            self.read = end
            return
        for character in text:
            self._take(show_characters(character), self.read + 1)

    def _take(self, shown: str, end: int) -> None:
        self._parts.append(shown)
        self.places.extend([self.read] * len(shown))
        self.read = end


def show_unit(unit: re.Match[str]) -> str | None:
    """Return what MARKUP has found as the page shows it, or None if it stands for itself."""
    kind, found = unit.lastgroup, unit.group(unit.lastgroup or 0)
    if kind == "entity":
        return html.unescape("&" + found.rpartition("amp;")[2].removeprefix("&"))
    if kind == "tag":
        return show_tag(found)
    if kind in ("code", "css", "decimal"):
        number = int(found, 10 if kind == "decimal" else 16)
        return chr(number) if number < 0x110000 else None
    if kind == "utf16":
        units = bytes.fromhex(re.sub(r"\\+u|%u", "", found, flags=re.IGNORECASE))
        return units.decode("utf-16-be", "ignore")
    if kind == "bytes" or kind == "octal":
        return show_bytes(found, is_octal=kind == "octal")
    if kind == "space":
        return "\n"
    return "" if kind in ("comment", "style") else found


def show_bytes(escapes: str, *, is_octal: bool) -> str | None:
    """Return the text of a row of escaped bytes, or None if it is none."""
    if is_octal:
        data = bytes(int(number, 8) for number in escapes[1:].split("\\"))
    else:
        data = bytes.fromhex(re.sub(r"\\x|[%=]", "", escapes, flags=re.IGNORECASE))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() or text.isspace() else None


def show_tag(tag: str) -> str:
    """Return the attributes of a tag that may hold words; nothing, or a line's end between words."""
    attributes = [unquote_plus(html.unescape(value.strip("\"'"))) for value in SHOWN.findall(tag)]
    if attributes:
        return f" {' '.join(attributes)} "
    name = re.match(r"[/?]?([a-z0-9]+)", tag, re.IGNORECASE)
    return "" if name and name.group(1).lower() in PARTS_NOTHING else "\n"
