"""Find the comments and the code in a text with markup, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})[^\n]*")
BACKTICKS = re.compile(r"`+")


def find_hidden(text: str, comments: Sequence[tuple[str, str]]) -> Iterator[tuple[int, int, bool]]:
    """Yield the start and end of each comment and code span, and whether it is code (CommonMark 0.31, 4.5 and 6.1).

    A comment that is not closed reaches to the end of the text where it begins a line, as in browsers and Obsidian.
    """
    opening = re.compile(
        "|".join([r"^[ \t>]*(?:`{3,}|~{3,})", "`+", *(re.escape(start) for start, _ in comments)]), re.M
    )
    closers = dict(comments)
    missing: set[str] = set()  # closing marks that do not come any more
    position = 0
    while found := opening.search(text, position):
        start, mark = found.start(), found[0]
        closer = closers.get(mark)
        if closer is None:
            end = _find_code_end(text, start, mark, missing)
        else:
            end = -1 if closer in missing else text.find(closer, found.end())
            if end < 0:
                missing.add(closer)
                end = len(text) if text.rfind("\n", 0, start) + 1 == start else -1
            else:
                end += len(closer)
        position = end if end >= 0 else found.end()
        if end >= 0:
            yield start, end, closer is None


def _find_code_end(text: str, start: int, mark: str, missing: set[str]) -> int:
    """Return where code ends that begins with `mark`; -1 where these backticks open none."""
    fence = mark.strip(" \t>")
    if len(fence) >= 3 and (fence != mark or start == 0 or text[start - 1] == "\n"):
        closing = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
        found = closing.search(text, text.find("\n", start) + 1 or len(text))
        return found.end() if found else len(text)
    if fence in missing:
        return -1
    for run in BACKTICKS.finditer(text, start + len(mark)):
        if len(run[0]) == len(fence):
            return run.end()
    missing.add(fence)
    return -1
