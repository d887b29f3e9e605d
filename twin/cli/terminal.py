"""The terminal: text made safe to print, arguments read, and failures told in one line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import StartError, TwinError
from ..text.invisible import strip_invisible

TERMINAL_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@contextmanager
def stop_in_one_line() -> Iterator[None]:
    """End the process with one line on stderr and status 2 where a start or a command fails."""
    try:
        yield
    except (StartError, TwinError) as error:
        print_line(error)
        raise SystemExit(2) from None


def print_line(error: StartError | TwinError) -> None:
    """Print the owner's line of an error on stderr."""
    print("twin:", *str(error).split(), file=sys.stderr)


def count(number: int, noun: str) -> str:
    """Return a number of things in words, such as `1 session` or `2 sessions`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def make_printable(text: str) -> str:
    """Return `text` without what a terminal would obey: control characters, and overrides of the text's direction."""
    return TERMINAL_CONTROLS.sub("", strip_invisible(text))


def read_argument(argument: str, name: str) -> str:
    """Return a command's argument, or all of standard input for `-`; raises StartError for bytes that are not UTF-8."""
    return read_utf8(sys.stdin.read if argument == "-" else lambda: argument, name)


def read_utf8(read: Callable[[], str], name: str) -> str:
    """Return the text that `read` returns; raises StartError for bytes that are not UTF-8."""
    try:
        text = read()
        text.encode()  # fails where bytes were no text, which some locales let pass
    except UnicodeError:
        raise StartError(f"the {name} is not UTF-8: convert it.") from None
    return text
