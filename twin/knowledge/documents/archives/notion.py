"""Notion's export: names and links without its identifiers."""

from __future__ import annotations

import re

IDENTIFIER = re.compile(r"(?:[ _-]|%20)?(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
PAGE = re.compile(r"https://(?:[\w-]+\.)?notion\.(?:so|site)/\S*[0-9a-f]{32}", re.IGNORECASE)


def is_export(names: list[str]) -> bool:
    """Return whether an archive with these files is Notion's."""
    return any(IDENTIFIER.search(name) for name in names)


def clean_name(name: str) -> str:
    """Return a file's name without identifiers."""
    return IDENTIFIER.sub("", name)


def clean_text(text: str) -> str:
    """Return a text whose links to other pages of the export are their words alone."""
    return IDENTIFIER.sub("", PAGE.sub(lambda page: IDENTIFIER.sub("", page[0]), LINK.sub(_write_link, text)))


def is_partial(name: str, names: set[str]) -> bool:
    """Return whether a table is the default view of another one, which has all rows."""
    return name.lower().endswith(".csv") and f"{name[:-4]}_all.csv" in names


def _write_link(link: re.Match[str]) -> str:
    is_picture, words, target = link.groups()
    if is_picture:
        return ""
    return str(words) if PAGE.match(target) or not ELSEWHERE.match(target) else link[0]
