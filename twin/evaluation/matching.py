"""Expected texts and answers, matched regardless of case, spaces and kinds of quotes."""

from __future__ import annotations

import re
from unicodedata import normalize

QUOTES = str.maketrans("‘’ʼ“”„", "'''\"\"\"")
HYPHENS = str.maketrans("\u2010\u2011", "--")  # dashes are not hyphens


def compile_pattern(expected: str) -> re.Pattern[str] | None:
    """Return a text between slashes as a regular expression, None for other texts; raises ValueError if broken."""
    if len(expected) < 3 or not (expected.startswith("/") and expected.endswith("/")):
        return None
    try:
        return re.compile(expected[1:-1].translate(QUOTES), re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{expected} is no regular expression ({error})") from None


def as_literal(text: str) -> str:
    """Return the expectation of an answer that contains `text`, escaped where `text` is between slashes."""
    is_pattern = len(text) > 1 and text.startswith("/") and text.endswith("/")
    return f"/{re.escape(_smooth(text))}/" if is_pattern else text


def find(expected: str, answer: str) -> str | None:
    """Return the part of an answer that matches the expectation, or None."""
    pattern = compile_pattern(expected)
    if pattern is None:
        return expected if _fold(expected) in _fold(answer) else None
    match = pattern.search(_smooth(answer))
    return match and match.group()


def _smooth(text: str) -> str:
    """Return a text with one form of quotes, hyphens and compatible characters, and single spaces."""
    return " ".join(normalize("NFKC", text.translate(QUOTES).translate(HYPHENS)).split())


def _fold(text: str) -> str:
    return normalize("NFKC", _smooth(text).casefold())
