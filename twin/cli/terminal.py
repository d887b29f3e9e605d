"""What models and visitors wrote, for a terminal, and what the owner writes there."""

from __future__ import annotations

import re
import sys

from ..errors import StartError

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # which a terminal would obey


def count(number: int, noun: str) -> str:
    """Return a number of things in words, such as `1 session` or `2 sessions`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def make_printable(text: str) -> str:
    """Return `text` without the characters that a terminal would obey."""
    return CONTROL_CHARACTERS.sub("", text)


def read_argument(argument: str, name: str) -> str:
    """Return a command's argument, or all of standard input where it is -; raises StartError where it is no text."""
    try:
        text = sys.stdin.read() if argument == "-" else argument
        text.encode()  # fails where bytes were no text, which some locales let pass
    except UnicodeError:
        raise StartError(f"the {name} is not UTF-8: convert it.") from None
    return text
