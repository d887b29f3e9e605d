"""Which passages an answer used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Where what an answer says stands: a document's title and file, and the passage's own words."""

    title: str
    file: str
    quote: str
