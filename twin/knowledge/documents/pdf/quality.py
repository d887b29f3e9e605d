"""How well a PDF was read: words that look broken, and pages without text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ..extraction import Unreadable

MIN_BROKEN = 3  # words
MIN_SHARE = 0.01  # of all words
MAX_SHARE = 0.5
ADVICE = "export it again as PDF from the program that made it"
# Without the package, LaTeX takes pictures of letters for fonts of the encoding T1, which do not say what they show.
LATEX_ADVICE = (
    r"its fonts do not say which letters they show: compile it again with \usepackage{lmodern}, or with LuaLaTeX"
)
ADDRESS = re.compile(r"://|@|\w/\w|\w\.\w|\\")
# A letter that the font does not name or misnames, letters where a ligature was lost, an accent beside its letter,
# UTF-8 that was taken for Latin-1, and words without spaces between them. German writes “Mitarbeiter*innen”.
BROKEN = re.compile(
    r"[\ufffd\x01-\x08\x0b\x0c\x0e-\x1f\x80-\x9f]|\w[~^¤]\w|\w\*(?!in|r\b|e\b|s\b)\w|[`´¨ˆ˜¸˚]\w|\w[´¨ˆ˜¸˚]|[ÃÂ][\x80-\xbf]|â€"
    r"|^[a-zA-Z]{40,}$|[a-z][\u3400-\u9fff][a-z]"
)
SPACED_OUT = re.compile("(?:(?<=\\s)|^)[A-Za-zÀ-ɏͰ-ӿ](?: [A-Za-zÀ-ɏͰ-ӿ]){4,}(?=\\s|$)", re.MULTILINE)


def count_broken(text: str) -> int:
    """Return how many words of a text look broken."""
    broken = sum(map(_is_broken, text.split()))
    return broken + sum(len(match[0].split()) for match in SPACED_OUT.finditer(text))


def _is_broken(word: str) -> bool:
    if ADDRESS.search(word):
        return "\ufffd" in word
    return bool(BROKEN.search(word)) or any(unicodedata.category(letter) == "Co" for letter in word)


def describe_loss(pages: Sequence[str], unmapped: int, textless: int, *, is_latex: bool = False) -> tuple[str, ...]:
    """Return sentences about what was not read of a document; `unmapped` words are of fonts that name no letters.

    Raises Unreadable where most words are broken: they would only mislead.
    """
    lost = []
    if textless:
        have = "holds" if textless == 1 else "hold"
        scans = "it may be a scan" if textless == 1 else "they may be scans"
        lost.append(f"{textless} of {len(pages)} pages {have} no text: {scans}")
    words = sum(len(page.split()) for page in pages)
    broken = min(words, max(unmapped, sum(map(count_broken, pages))))
    if broken >= max(MIN_BROKEN, MIN_SHARE * words):
        advice = LATEX_ADVICE if is_latex and unmapped >= broken else ADVICE
        sentence = f"{broken} of {words} words look broken: {advice}"
        if broken > MAX_SHARE * words:
            raise Unreadable(sentence)
        lost.append(sentence)
    return tuple(lost)
