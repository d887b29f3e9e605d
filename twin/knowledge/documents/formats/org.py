"""The text of Emacs' Org mode, as Markdown."""

from __future__ import annotations

import re

from ..plain.pipe_tables import label_rows

BLOCK_OF_COMMENT = re.compile(r"^[ \t]*#\+BEGIN_COMMENT\b.*?^[ \t]*#\+END_COMMENT[^\n]*\n?", re.I | re.M | re.S)
DRAWER = re.compile(r"^[ \t]*:(?:PROPERTIES|LOGBOOK):[ \t]*\n.*?^[ \t]*:END:[ \t]*\n?", re.I | re.M | re.S)
PLANNING = re.compile(r"^[ \t]*(?:CLOSED|SCHEDULED|DEADLINE):[^\n]*\n?", re.M)
COMMENT = re.compile(r"^[ \t]*#(?:[ \t][^\n]*)?(?:\n|\Z)", re.M)
KEYWORD = re.compile(r"^[ \t]*#\+(\w+):[ \t]*([^\n]*)", re.M)
SHOWN_KEYWORDS = {"title", "subtitle", "author", "date", "email", "description", "caption"}
BLOCK = re.compile(r"^[ \t]*#\+(BEGIN|END)_(\w+)[^\n]*", re.I | re.M)
HEADING = re.compile(
    r"^(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING)[ \t]+)?(?:\[#\w\][ \t]*)?(.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*$", re.M
)
LINK = re.compile(r"\[\[([^\[\]]+)\](?:\[([^\[\]]*)\])?\]")
DASH = re.compile(r"(?<=[\w ])-{2,3}(?=[\w ])")
RULE = re.compile(r"^[ \t]*\|-[-+|]*$", re.M)


HIDDEN_HEADING = re.compile(r"(\*+)[ \t]+(?:(?:[A-Z]+[ \t]+)?COMMENT(?:[ \t]|$)|[^\n]*[ \t]:(?:[\w@#%]+:)*noexport:)")
STARS = re.compile(r"(\*+)[ \t]")


def org_to_markdown(text: str) -> str:
    """Return a text without its comments, drawers and plans, with Markdown's headings, links and code."""
    text = _drop_hidden(text)
    for dropped in (BLOCK_OF_COMMENT, DRAWER, PLANNING, COMMENT):
        text = dropped.sub("", text)
    text = KEYWORD.sub(
        lambda found: f"{found[1].capitalize()}: {found[2]}" if found[1].lower() in SHOWN_KEYWORDS else "", text
    )
    text = BLOCK.sub(lambda found: "```" if found[2].upper() in ("SRC", "EXAMPLE") else "", text)
    text = HEADING.sub(lambda found: f"{'#' * min(len(found[1]), 6)} {found[2]}", text)
    text = RULE.sub(lambda found: found[0].replace("+", "|"), text)
    text = DASH.sub(lambda found: "—" if len(found[0]) > 2 else "–", text)
    return label_rows(LINK.sub(_write_link, text))


def _drop_hidden(text: str) -> str:
    """Return a text without the subtrees that are not exported: comments, and those with that tag."""
    shown, level = [], 0  # of the heading whose subtree is hidden
    for line in text.split("\n"):
        stars = STARS.match(line)
        if stars and (not level or len(stars[1]) <= level):
            level = len(stars[1]) if HIDDEN_HEADING.match(line) else 0
        if not level:
            shown.append(line)
    return "\n".join(shown)


def _write_link(link: re.Match[str]) -> str:
    target, words = link.groups()
    return f"[{words}]({target})" if words else str(target)
