"""The text of Markdown as its reader sees it: no comments, and the words of Obsidian's links and callouts."""

from __future__ import annotations

import re

from .modules import remove_modules
from .pipe_tables import label_rows
from .text_scanner import find_hidden

COMMENTS = (("<!--", "-->"),)  # of HTML (CommonMark 0.31, 4.6 and 6.6)
MDX_COMMENTS = (*COMMENTS, ("{/*", "*/}"))
WIKILINK = re.compile(r"(!?)\[\[([^\[\]|\n]*?)(?:\\?\|([^\[\]\n]*))?\]\]")
CALLOUT = re.compile(r"^([ \t]*(?:>[ \t]?)+)\[!([\w-]++)[^\]\n]*+\][+-]?[ \t]*([^\n]*)", re.MULTILINE)
BLOCK_ID = re.compile(r"[ \t]\^[\w-]+[ \t]*$", re.MULTILINE)
PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|heic|mp[34]|mov|webm|wav|ogg|pdf)$", re.IGNORECASE)
COMPONENT = re.compile(r"</?[A-Z][\w.]*(?:\s[^<>]*)?/?>|<>|</>")  # of MDX
MAX_QUOTED = 40  # characters of a comment


def clean_markdown(text: str, *, is_mdx: bool = False) -> tuple[str, tuple[str, ...]]:
    """Return a text without its comments, components and block names, and sentences about what is lost by a mistake.

    Code stays as it is.
    """
    parts, start = [], 0
    lost: tuple[str, ...] = ()
    for hidden in find_hidden(text, MDX_COMMENTS if is_mdx else COMMENTS):
        parts += [_clean_prose(text[start : hidden.start], is_mdx=is_mdx)]
        parts += [text[hidden.start : hidden.end]] if hidden.is_code else []
        start = hidden.end
        if hidden.is_unclosed:
            words = " ".join(text[hidden.start : hidden.end][:MAX_QUOTED].split())
            lost = (f"the comment that begins with “{words}” is not closed: all that follows is left out",)
    return label_rows("".join([*parts, _clean_prose(text[start:], is_mdx=is_mdx)])), lost


def _clean_prose(text: str, *, is_mdx: bool) -> str:
    if is_mdx:
        text = COMPONENT.sub("", remove_modules(text))
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
