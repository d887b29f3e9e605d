"""Server-sent events, decoded (WHATWG HTML, section 9.2.6)."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from io import IncrementalNewlineDecoder
from typing import NamedTuple

from ..system.fairness import give_turn


class Event(NamedTuple):
    """One event; `name` is empty where the server gives none."""

    name: str
    data: str


def read_events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """Yield each event that has data, and beyond the standard a last one that no blank line ends."""
    line: list[str] = []  # its pieces, since a line can be as long as the body
    name, data = "", list[str]()
    for piece in _decode(pieces):
        end, *starts = piece.split("\n")
        line.append(end)
        for start in starts:
            give_turn()
            text = "".join(line)
            field, _, value = text.partition(":")
            line = [start]
            if field == "data":
                data.append(value.removeprefix(" "))
            elif field == "event":
                name = value.removeprefix(" ")
            elif not text:
                if any(data):
                    yield Event(name, "\n".join(data))
                name, data = "", []


def _decode(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the text without its byte order mark, its line ends as LF, and U+FFFD for what is no UTF-8."""
    decoder = IncrementalNewlineDecoder(getincrementaldecoder("utf-8-sig")("replace"), translate=True)
    for piece in pieces:
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True) + "\n\n"
