"""The text of Markdown as its reader sees it: no comments, and the words of Obsidian's links and callouts."""

from __future__ import annotations

import re

from .pipe_tables import label_rows
from .text_scanner import find_hidden

COMMENTS = (("<!--", "-->"), ("%%", "%%"))  # of HTML (CommonMark 0.31, 4.6 and 6.6), of Obsidian
MDX_COMMENTS = (*COMMENTS, ("{/*", "*/}"))
WIKILINK = re.compile(r"(!?)\[\[([^\[\]|\n]*?)(?:\\?\|([^\[\]\n]*))?\]\]")
CALLOUT = re.compile(r"^([ \t]*(?:>[ \t]?)+)\[!([\w-]++)[^\]\n]*+\][+-]?[ \t]*([^\n]*)", re.MULTILINE)
BLOCK_ID = re.compile(r"[ \t]\^[\w-]+[ \t]*$", re.MULTILINE)
PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|heic|mp[34]|mov|webm|wav|ogg|pdf)$", re.IGNORECASE)
COMPONENT = re.compile(r"</?[A-Z][\w.]*(?:\s[^<>]*)?/?>|<>|</>")  # of MDX
MODULE_LINE = re.compile(r"^(?:import|export)\b[^\n]*\n?", re.MULTILINE)


def clean_markdown(text: str, *, is_mdx: bool = False) -> str:
    """Return a text without its comments, components and block names; code stays as it is."""
    parts, start = [], 0
    for begin, end, is_code in find_hidden(text, MDX_COMMENTS if is_mdx else COMMENTS):
        parts += [_clean_prose(text[start:begin], is_mdx=is_mdx), text[begin:end] if is_code else ""]
        start = end
    return label_rows("".join([*parts, _clean_prose(text[start:], is_mdx=is_mdx)]))


def _clean_prose(text: str, *, is_mdx: bool) -> str:
    if is_mdx:
        text = COMPONENT.sub("", MODULE_LINE.sub("", text))
    if "[[" in text:
        text = WIKILINK.sub(_write_link, text)
    if "[!" in text:
        text = CALLOUT.sub(lambda found: found[1] + (found[3] or found[2].capitalize()), text)
    return BLOCK_ID.sub("", text) if "^" in text else text


def _write_link(link: re.Match[str]) -> str:
    """Return the words that Obsidian shows for a link; an embedded picture has none."""
    embeds, target, words = link.groups()
    if embeds and PICTURE.search(target.strip()):
        return ""
    return str(words or "").strip() or re.sub(r"\s*#\^?\s*", " › ", target).strip(" ›")
