"""Find the comments and the code in a text with markup, in linear time."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

BACKTICKS = re.compile(r"`+")


def find_hidden(text: str, comments: Sequence[tuple[str, str]]) -> Iterator[tuple[int, int, bool]]:
    """Yield the start and end of each comment and code span, and whether it is code (CommonMark 0.31, 4.5 and 6.1).

    A comment that is not closed reaches to the end of the text where it begins a line, as in browsers and Obsidian.
    """
    closers = dict(comments)
    missing: set[str] = set()  # closing marks that do not come any more
    runs: dict[int, list[int]] = {}  # by their length: where backticks begin
    for run in BACKTICKS.finditer(text):
        runs.setdefault(len(run[0]), []).append(run.start())
    opening = _compile_opening(comments, missing)
    position = 0
    while found := opening.search(text, position):
        start, mark = found.start(), found[0]
        closer = closers.get(mark)
        if closer is None:
            end = _find_code_end(text, start, mark, runs)
        else:
            end = -1 if closer in missing else text.find(closer, found.end())
            if end >= 0:
                end += len(closer)
            else:
                end = len(text) if text[start - 1 : start] in ("", "\n") else -1
                missing.add(closer)
                opening = _compile_opening(comments, missing)
        position = end if end >= 0 else found.end()
        if end >= 0:
            yield start, end, closer is None


def _compile_opening(comments: Sequence[tuple[str, str]], missing: set[str]) -> re.Pattern[str]:
    """Return the marks that may open something; comments that nothing closes do so only where a line begins."""
    marks = [("^" if end in missing else "") + re.escape(start) for start, end in comments]
    return re.compile("|".join([r"^[ \t>]*+(?:`{3,}+(?![^\n]*`)|~{3,})", "`+", *marks]), re.M)


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
    if len(mark.strip(" \t>")) < 3 or text[start - 1 : start] not in ("", "\n"):
        return False
    end = text.find("\n", start)
    return "~" in mark or "`" not in text[start + len(mark) : len(text) if end < 0 else end]
