"""The front matter of a document: YAML between two rules at the start of a text file."""

from __future__ import annotations

import re
from dataclasses import dataclass

KINDS_WITH_FRONT_MATTER = (".md", ".txt")
MAX_TITLE = 200  # characters
# For the fields, even front matter that is not closed counts: a document marked as private stays so.
OPENING = re.compile(r"-{3,}[ \t]*\n(.*?)(?:\n(?:-{3,}|\.{3,})[ \t]*(?:\n|\Z)|\n\s*\n|\Z)", re.DOTALL)
FIELD = r"^\s*['\"]?{}['\"]?\s*:\s*['\"]?{}"
PRIVATE = re.compile(FIELD.format("private", r"(?:yes|true|on|y|1)\b"), re.IGNORECASE | re.MULTILINE)
PINNED = re.compile(FIELD.format("pin", r"(?:yes|true|on|y|1)\b"), re.IGNORECASE | re.MULTILINE)
NOT_CITED = re.compile(FIELD.format("cite", r"(?:no|false|off|n|0)\b"), re.IGNORECASE | re.MULTILINE)
TITLE_FIELD = re.compile(FIELD.format("title", r"([^\n]*)"), re.IGNORECASE | re.MULTILINE)
# To be skipped, it has to be YAML that no text between two rules can be taken for. Quantifiers are possessive, so that
# it takes linear time.
FRONT_MATTER = re.compile(
    r"-{3,}[ \t]*\n(?:(?:[\"']?\w[\w .-]*+[\"']?[ \t]*+:(?:[ \t][^\n]*)?|-[ \t][^\n]*|[ \t]++[^\s][^\n]*)\n)++"
    r"(?:-{3,}|\.{3,})[ \t]*(?:\n|\Z)"
)


@dataclass(frozen=True)
class FrontMatter:
    """The fields that the twin knows."""

    title: str | None = None  # None where there is no such field
    is_private: bool = False
    is_citable: bool = True
    is_pinned: bool = False  # always sent


def read_front_matter(name: str, text: str) -> FrontMatter:
    """Return the fields of a document's front matter; only some kinds of file have any."""
    opening = OPENING.match(text) if name.lower().endswith(KINDS_WITH_FRONT_MATTER) else None
    fields = opening[1] if opening else ""
    title = TITLE_FIELD.search(fields)
    return FrontMatter(
        re.sub(r"['\"]$", "", title[1].strip()).strip()[:MAX_TITLE] if title else None,
        is_private=PRIVATE.search(fields) is not None,
        is_citable=NOT_CITED.search(fields) is None,
        is_pinned=PINNED.search(fields) is not None,
    )


def skip_front_matter(name: str, text: str) -> str:
    """Return a document's text without its front matter, where that is closed and surely YAML."""
    opening = FRONT_MATTER.match(text) if name.lower().endswith(KINDS_WITH_FRONT_MATTER) else None
    return text[opening.end() :] if opening else text
