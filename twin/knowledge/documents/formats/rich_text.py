"""The text of an RTF file (Rich Text Format 1.9.1), as a page in HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..extraction import Extraction, Unreadable, name_unread
from ..html import html_to_text
from .rich_text_names import CHARACTERS, CHARSETS, SKIPPED, find_codec
from .rich_text_page import RichTextPage

TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)", re.DOTALL
)
# Those that a program may skip, but that hold text of ours.
NUMBERS = {"listtext", "pntext"}
KNOWN = {"fldinst", *NUMBERS, "shpinst", "shptxt", "footnote", "pnseclvl", "shp"}
RAISED = {"super": "sup", "up": "sup", "sub": "sub", "dn": "sub", "nosupersub": ""}
HEADING = re.compile(r"heading ([1-6])", re.IGNORECASE)


@dataclass(frozen=True)
class _State:
    """What holds until a group ends."""

    destination: str = ""  # a part that is no text of the document
    is_note: bool = False  # a footnote, within a sentence that goes on behind it
    is_hidden: bool = False
    is_bold: bool = False
    is_struck: bool = False
    tag: str = ""  # of raised or lowered text
    link: str = ""
    codec: str = "cp1252"
    skips: int = 1  # characters after \\u for programs without Unicode


def rich_text_to_text(data: bytes) -> Extraction:
    """Return the visible text of an RTF file. Raises Unreadable."""
    if not data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{\\rtf"):
        raise Unreadable("it is no .rtf")
    reader = _Reader()
    text = html_to_text(reader.read(data.decode("latin-1")))
    return Extraction(text, name_unread({"struck-through passage": reader.struck}))


class _Reader:
    """Reads the tokens of a file."""

    def __init__(self) -> None:
        self._state = _State()
        self._stack: list[_State] = []
        self._page = RichTextPage()
        self._text = self._page  # while a note is written
        self._notes: list[str] = []
        self._fonts: dict[int, str] = {}
        self._font = 0  # whose charset is being read
        self._style = 0  # whose name is being read
        self._bytes = b""  # of characters that are not decoded yet
        self._to_skip = 0
        self._is_optional = False  # after \\*
        self._default = "cp1252"
        self.struck = 0  # passages that are not read
        self._was_struck = False

    def read(self, text: str) -> str:
        position = 0
        while found := TOKEN.match(text, position):
            position = found.end()
            word, number, code, symbol, brace, characters = found.groups()
            if word == "bin":
                position += max(int(number or 0), 0)
            elif code:
                self._write_bytes(bytes.fromhex(code))
            elif characters:
                self._write_bytes(characters.encode("latin-1"))
            elif word or symbol or brace:
                self._flush()
                self._obey(word or symbol or brace, int(number) if number else None)
        self._flush()
        self._close_note()
        return "".join([self._page.finish(), *self._notes])

    def _write_bytes(self, data: bytes) -> None:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        self._bytes += data[skipped:]

    def _flush(self) -> None:
        if self._bytes:
            self._write(self._bytes.decode(self._state.codec, "replace"))
            self._bytes = b""

    def _write(self, text: str) -> None:
        state = self._state
        if state.destination == "fldinst":
            self._page.add_instruction(text)
        elif state.destination == "stylesheet":
            if found := HEADING.search(text):
                self._page.heading_styles[self._style] = int(found[1])
        elif state.destination in NUMBERS:
            self._page.add_number(text)
        elif not state.destination and not state.is_hidden:
            if not state.is_struck:
                self._page.write(text, state.link, is_bold=state.is_bold, tag=state.tag if text.strip() else "")
            elif text.strip() and not self._was_struck:
                self.struck += 1
            self._was_struck = state.is_struck

    def _obey(self, word: str, number: int | None) -> None:
        if word == "{":
            self._stack.append(self._state)
        elif word == "}":
            self._close_group()
        elif word == "*":
            self._is_optional = True
            return
        elif word == "u" and number is not None:
            self._write(chr(number & 0xFFFF))
            self._to_skip = self._state.skips
        elif word in CHARACTERS:
            self._write(CHARACTERS[word])
        elif word in ("\\", "{", "}"):
            self._write(word)
        elif word == "footnote" and not self._state.destination and not self._state.is_note:
            self._open_note()
        elif not self._open_destination(word) and not self._set_character(word, number):
            self._set_font(word, number)
            if not self._state.destination:
                self._page.obey("par" if word in ("\n", "\r") else word, number)
        self._is_optional = False

    def _close_group(self) -> None:
        self._to_skip = 0
        closed, self._state = self._state, self._stack.pop() if self._stack else _State()
        if closed.destination != self._state.destination:
            self._page.close(closed.destination)
        if closed.is_note and not self._state.is_note:
            self._close_note()

    def _open_note(self) -> None:
        """Write what follows apart from the paragraph, until the group ends."""
        self._state = replace(self._state, is_note=True)
        self._page = RichTextPage(self._text.heading_styles)

    def _close_note(self) -> None:
        if self._page is not self._text:
            self._notes.append(self._page.finish())
            self._page = self._text

    def _open_destination(self, word: str) -> bool:
        """Return whether this word opens a part that is no text."""
        destination = word if word in SKIPPED | NUMBERS or word in ("fonttbl", "stylesheet", "fldinst") else ""
        if self._is_optional and word not in KNOWN:
            destination = word
        if destination and not self._state.destination:
            self._state = replace(self._state, destination=destination)
        return bool(destination)

    def _set_character(self, word: str, number: int | None) -> bool:
        """Return whether this word is a property of characters."""
        is_on = number != 0
        if word in ("v", "deleted"):
            self._state = replace(self._state, is_hidden=is_on)
        elif word == "b":
            self._state = replace(self._state, is_bold=is_on)
        elif word in ("strike", "striked"):
            self._state = replace(self._state, is_struck=is_on)
        elif word in RAISED:
            self._state = replace(self._state, tag=RAISED[word] if is_on else "")
        elif word == "fldrslt":
            self._state, self._page.link = replace(self._state, link=self._page.link), ""
        elif word == "plain":
            self._state = replace(
                self._state, is_hidden=False, is_bold=False, is_struck=False, tag="", codec=self._default
            )
        elif word == "uc":
            self._state = replace(self._state, skips=max(number or 0, 0))
        else:
            return False
        return True

    def _set_font(self, word: str, number: int | None) -> None:
        is_table = self._state.destination == "fonttbl"
        if word == "ansicpg" and number:
            self._default = find_codec(f"cp{number}")
            self._state = replace(self._state, codec=self._default)
        elif word == "mac":
            self._default = "mac_roman"
        elif word == "f" and number is not None and is_table:
            self._font = number
        elif word == "f" and number is not None:
            self._state = replace(self._state, codec=self._fonts.get(number, self._default))
        elif word == "fcharset" and is_table and number in CHARSETS:
            self._fonts[self._font] = CHARSETS[number]
        elif word == "s" and self._state.destination == "stylesheet":
            self._style = number or 0
