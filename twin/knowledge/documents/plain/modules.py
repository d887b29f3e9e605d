"""The statements of JavaScript in MDX, which stand between paragraphs and are not shown (MDX 3, “ESM”)."""

from __future__ import annotations

import re

NAMES = r"(?:[\w$]++|\*[ \t]*as[ \t]+[\w$]++|\{[^{}'\"`]*+\})"
IMPORT = re.compile(
    rf"import\b[ \t]*(?:type[ \t]+)?(?:{NAMES}(?:[ \t]*,[ \t]*{NAMES})?\s*from[ \t]*)?"
    r"(?P<quote>['\"])[^'\"\n]*+(?P=quote)[^\n]*\n?"
)
# “export controls” and “export default rates” are prose.
EXPORT = re.compile(
    r"export[ \t]*(?:\*|\{|[ \t](?:(?:const|let|var)[ \t]+[\w$]+[ \t]*[=:]|(?:const|let|var)[ \t]*[\[{]"
    r"|(?:default[ \t]+)?(?:async[ \t]+)?function\b[^\n]*\(|(?:default[ \t]+)?class\b[^\n]*\{"
    r"|(?:type|interface|enum)[ \t]+[\w$]+[^\n]*[={]|default[ \t]*(?:[(\[{<\"'`]|[\w$.]++[ \t]*(?:[;(]|=>|$))))",
    re.MULTILINE,
)
TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[(\[{]|[)\]}]|\n")
GOES_ON = ("=", "=>", ",", "(", "+", "?", ":", "&&", "||")  # at the end of a line


def remove_modules(text: str) -> str:
    """Return a text without its import and export statements; lines within a paragraph are none."""
    kept: list[str] = []
    position, may_begin, may_close = 0, True, True
    while position < len(text):
        end = -1
        if may_begin and (found := IMPORT.match(text, position)):
            end = found.end()
        elif may_begin and EXPORT.match(text, position):
            end = _find_end(text, position) if may_close else -1
            may_close = end >= 0  # else it would be looked for again and again
            end = end if may_close else text.find("\n\n", position) + 1 or len(text)
        if end < 0:
            end = text.find("\n", position) + 1 or len(text)
            line = text[position:end]
            kept.append(line)
            may_begin = not line.strip() or line.startswith("#")
        position = end
    return "".join(kept)


def _find_end(text: str, start: int) -> int:
    """Return where a statement ends: with the line in which its last bracket closes; -1 where one stays open."""
    depth = 0
    for token in TOKEN.finditer(text, start):
        sign = token[0][0]
        depth += (sign in "([{") - (sign in ")]}")
        if (
            sign == "\n"
            and depth <= 0
            and not text[max(start, token.start() - 80) : token.start()].rstrip().endswith(GOES_ON)
        ):
            return token.end()
    return len(text) if depth <= 0 else -1
