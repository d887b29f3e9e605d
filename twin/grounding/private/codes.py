"""End an answer before private text in Base64, Morse, or another code that a machine undoes without a key."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable

from ...system.fairness import give_turn
from .runs import Tail
from .text import PrivateText, drop_digits, fold_words

LONGEST = 1_000  # characters of a chunk: a longer one is divided, between two groups of Base64 and of Base32
CHUNK = re.compile(rf"[!-~·•–—−]{{1,{LONGEST}}}")
MARKS = "\"'`*_.,;:()[]{}<>|"  # around a code
SIGNS = """
.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..
----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.
"""
MORSE = dict(zip(SIGNS.split(), "abcdefghijklmnopqrstuvwxyz0123456789", strict=True))
DASHES = str.maketrans("·•–—−_", "..----")
PLAIN_WORD = re.compile(r"[\"'(*]*[A-Za-z][a-z'-]*[\"')*.,;:!?]*")  # as most are: Base64 has other letters
NUMBERS = re.compile(r"[0-9]{1,3}(?:[-.,;:/][0-9]{1,3})*")
BITS = re.compile("(?:[01]{8})+")
HEX = re.compile(r"(?:(?:0x|\\x)?[0-9a-f]{2}[-,:;]?)+", re.IGNORECASE)
BASE64 = re.compile("[A-Za-z0-9+/_-]{2,}={0,2}")
BASE32 = re.compile("[A-Z2-7]{8,}=*")


def read_morse(chunk: str) -> str:
    """Return the letters of Morse code."""
    return "".join(MORSE.get(sign, "") for sign in re.split("[/|]", chunk.translate(DASHES)))


def read_numbers(chunk: str) -> str:
    """Return the characters that have these decimal codes."""
    numbers = re.findall("[0-9]+", chunk) if NUMBERS.fullmatch(chunk) else []
    return "".join(chr(int(number)) for number in numbers if int(number) >= 32)


def read_places(chunk: str) -> str:
    """Return the letters that have these places in the alphabet."""
    numbers = re.findall("[0-9]+", chunk) if NUMBERS.fullmatch(chunk) else []
    return "".join(chr(96 + int(number)) for number in numbers if 1 <= int(number) <= 26)


def read_bits(chunk: str) -> bytes:
    """Return the bytes of groups of eight binary digits."""
    return bytes(int(chunk[at : at + 8], 2) for at in range(0, len(chunk), 8)) if BITS.fullmatch(chunk) else b""


def read_hex(chunk: str) -> bytes:
    """Return the bytes of hexadecimal digits."""
    return bytes.fromhex(re.sub(r"0x|\\x|[-,:;]", "", chunk, flags=re.IGNORECASE)) if HEX.fullmatch(chunk) else b""


def read_base64(chunk: str) -> bytes:
    """Return the bytes of Base64, with either alphabet."""
    if not BASE64.fullmatch(chunk):
        return b""
    digits = chunk.rstrip("=")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), altchars=b"-_" if set("-_") & set(chunk) else None)
    except binascii.Error:
        return b""


def read_base32(chunk: str) -> bytes:
    """Return the bytes of Base32."""
    digits = chunk.rstrip("=")
    try:
        return base64.b32decode(digits + "=" * (-len(digits) % 8)) if BASE32.fullmatch(chunk) else b""
    except binascii.Error:
        return b""


READERS: tuple[Callable[[str], str | bytes], ...] = (
    read_morse,
    read_numbers,
    read_places,
    read_bits,
    read_hex,
    read_base64,
    read_base32,
)


class CodeFilter:
    """Passes an answer up to a chunk without spaces that completes private words in a code."""

    def __init__(self, private: PrivateText) -> None:
        self.has_ended = False
        self._held = ""
        self._codes = [(read, codecs.getincrementaldecoder("utf-8")("ignore"), Tail(private.short)) for read in READERS]

    def push(self, piece: str) -> str:
        """Take the next piece, and return the text that can be shown now."""
        self._held += piece
        return self._show(is_last=False)

    def finish(self) -> str:
        """Return the rest of the text."""
        return self._show(is_last=True)

    def _show(self, *, is_last: bool) -> str:
        if self.has_ended:
            return ""
        end = len(self._held)
        for chunk in CHUNK.finditer(self._held):
            give_turn()
            if chunk.end() == end and not is_last and len(chunk.group()) < LONGEST:
                end = chunk.start()  # it may go on
            elif self._is_private(chunk.group()):
                self.has_ended = True
                end = chunk.start()
                break
        shown, self._held = self._held[:end], self._held[end:]
        return shown

    def _is_private(self, chunk: str) -> bool:
        if PLAIN_WORD.fullmatch(chunk):
            return False
        found = False
        for read, decoder, tail in self._codes:
            data = read(chunk) or read(chunk.rpartition("(")[2].strip(MARKS))
            text = data if isinstance(data, str) else decoder.decode(data)
            found = (bool(text) and tail.ends_with(drop_digits("".join(fold_words(text))))) or found
        return found
