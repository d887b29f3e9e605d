"""Find the encoding of a text that is not UTF-8, and decode it."""

from __future__ import annotations

import re
import unicodedata

from charset_normalizer import from_bytes

from ..extraction import Unreadable
from .text import decode_marked

# charset-normalizer takes short Western texts for cp1250 ("año" becomes "ańo"). They are told by their letters: each
# language has few of these, so that another code page read as Windows-1252 mixes what no language does.
TELLTALES = {  # letters, and others that no text with the first has
    "øåæÅØÆ": "ãõìòùþðýîû",
    "ãõÃÕ": "öüäìòùþðýåøæîûßñ",
    "ìòùÌÒÙ": "ãõþðýøåæäöß",
    "þðýÞÐÝ": "ãõìòùèêîûçñüß",
    "šžŠŽ": "ãõìòùèàçøæþðýñ",
}
NEVER_IN_WORDS = re.compile(r"\w[¿¡³²¹¼½¾¯¶§¥¤¦¬±×÷º](?=[^\W\d])|[^\W\d_a-zA-Z]{4}")
MIN_WHOLE = 5  # characters of several bytes for each that is broken; by chance, two of Windows-1252 rarely make one
CODE_PAGES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp932", "euc_jp"]
CODE_PAGES += ["gb18030", "big5", "cp949", "koi8_r", "iso8859_2"]


def decode(data: bytes) -> tuple[str, str]:
    """Return a text, and the name of its encoding where that was guessed. Raises Unreadable for binary data."""
    text = decode_marked(data)
    if text is not None:
        return text, ""
    if b"\0" in data:
        return _decode_utf16(data)
    if (text := _decode_damaged(data)) is not None:
        return _join_lines(text), "UTF-8 with broken characters"
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if text and _is_western(text):
        return _join_lines(text), "Windows-1252"
    best = from_bytes(data[:200_000], cp_isolation=CODE_PAGES).best()
    encoding = best.encoding if best else "cp1252"
    text = data.decode(encoding, "replace")
    if best is None and sum(map(_is_control, text)) > len(text) // 100:
        raise Unreadable("it is no text")
    return _join_lines(text), encoding


def _decode_damaged(data: bytes) -> str | None:
    """Return a text in UTF-8 of which few bytes are wrong; None where other encodings are as likely."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    broken, whole = text.count("\ufffd"), sum(character > "\x7f" for character in text)
    return text if whole - broken >= MIN_WHOLE * broken else None


def _decode_utf16(data: bytes) -> tuple[str, str]:
    """Decode UTF-16 without its mark: its half of zeros says which byte comes first."""
    encoding = "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("it is no text") from error
    if any(map(_is_control, text)) or not any(character.isalnum() for character in text):
        raise Unreadable("it is no text")
    return _join_lines(text), "UTF-16"


def _is_western(text: str) -> bool:
    letters = {character for character in text if character > "\x7f" and character.isalpha()}
    mixes = any(letters & set(own) and letters & set(foreign) for own, foreign in TELLTALES.items())
    return not mixes and not NEVER_IN_WORDS.search(text) and not any(map(_is_control, text))


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs") and character not in "\t\n\r\f\v\x1a"


def _join_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
