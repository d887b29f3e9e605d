"""Find the comments and the code in a text with markup, in linear time."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BACKTICKS = re.compile(r"`+")
REST_OF_LINE = re.compile(r"[ \t]*+(?:\n|\Z)")
NOTE = "%%"  # begins and ends a comment of Obsidian


@dataclass(frozen=True)
class Hidden:
    """A part of a text that is no prose; a comment that nothing closes reaches to the end of the text."""

    start: int
    end: int
    is_code: bool
    is_unclosed: bool = False  # a comment


def find_hidden(text: str, comments: Sequence[tuple[str, str]]) -> Iterator[Hidden]:
    """Yield each comment, of Obsidian too, and each code span and block (CommonMark 0.31, 4.5 and 6.1).

    A comment that is not closed counts as one where it begins a line, as in browsers and Obsidian.
    """
    closers = dict(comments)
    missing: set[str] = set()  # closing marks that do not come any more
    runs: dict[int, list[int]] = {}  # by their length: where backticks begin
    for run in BACKTICKS.finditer(text):
        runs.setdefault(len(run[0]), []).append(run.start())
    opening = _compile_opening(comments, missing)
    notes = _Notes(text)
    position = 0
    while found := opening.search(text, position):
        start, mark = found.start(), found[0]
        closer = closers.get(mark)
        is_unclosed = False
        if mark == NOTE:
            end = notes.find_end(start)
            is_unclosed = notes.is_unclosed
        elif closer is None:
            end = _find_code_end(text, start, mark, runs)
        else:
            end = -1 if closer in missing else text.find(closer, found.end())
            if end >= 0:
                end += len(closer)
            else:
                is_unclosed = _begins_line(text, start)
                end = len(text) if is_unclosed else -1
                missing.add(closer)
                opening = _compile_opening(comments, missing)
        position = end if end >= 0 else found.end()
        if end >= 0:
            yield Hidden(start, end, is_code=closer is None and mark != NOTE, is_unclosed=is_unclosed)


class _Notes:
    """Tells Obsidian's comments from signs of per cent, and from headings of sections, which MATLAB marks so."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._has_sections = False
        self.is_unclosed = False  # the last one

    def find_end(self, start: int) -> int:
        """Return where the comment ends that the mark at `start` begins; -1 where it begins none."""
        text, after = self._text, start + len(NOTE)
        self.is_unclosed = False
        if text[start - 1 : start].isdigit():
            return -1
        begins_line = _begins_line(text, start)
        is_block = begins_line and _ends_line(text, after)
        closing = text.find(NOTE, after)
        if closing < 0:
            self.is_unclosed = is_block or (begins_line and not self._has_sections)
            return len(text) if self.is_unclosed else -1
        end = closing + len(NOTE)
        is_closed = not _begins_line(text, closing) or _ends_line(text, end)
        if text.find("\n\n", after, closing) >= 0:
            is_closed &= begins_line and _ends_line(text, end)
        if is_block or is_closed:
            return end
        self._has_sections |= begins_line
        return -1


def _begins_line(text: str, place: int) -> bool:
    return text[place - 1 : place] in ("", "\n") if place else True


def _ends_line(text: str, place: int) -> bool:
    return REST_OF_LINE.match(text, place) is not None


def _compile_opening(comments: Sequence[tuple[str, str]], missing: set[str]) -> re.Pattern[str]:
    """Return the marks that may open something; comments that nothing closes do so only where a line begins."""
    marks = [("^" if end in missing else "") + re.escape(start) for start, end in comments]
    return re.compile("|".join([r"^[ \t>]*+(?:`{3,}+(?![^\n]*`)|~{3,})", "`+", NOTE, *marks]), re.M)


def _find_code_end(text: str, start: int, mark: str, runs: dict[int, list[int]]) -> int:
    """Return where code ends that begins with `mark`; -1 where these backticks open none."""
    fence = mark.strip(" \t>")
    if _is_fence(text, start, mark):
        closing = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
        found = closing.search(text, text.find("\n", start) + 1 or len(text))
        return found.end() if found else len(text)
    places = runs.get(len(mark), [])
    place = bisect_left(places, start + len(mark))
    return places[place] + len(mark) if place < len(places) else -1


def _is_fence(text: str, start: int, mark: str) -> bool:
    """Return whether a mark opens a block of code, not a span: its line has no other backticks (CommonMark 4.5)."""
    if len(mark.strip(" \t>")) < 3 or not _begins_line(text, start):
        return False
    end = text.find("\n", start)
    return "~" in mark or "`" not in text[start + len(mark) : len(text) if end < 0 else end]
