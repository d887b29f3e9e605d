"""Identifiers of papers and people that lead to a page: a DOI, arXiv's number, an ORCID."""

from __future__ import annotations

import re
from collections.abc import Iterator

DOI_PREFIX = re.compile(r"10\.\d{4,9}/")  # doi.org/the-identifier/resources/handbook
DOI = re.compile(r"(?<![\w.])10\.\d{4,9}/[^\s\"<>]+")
ARXIV = re.compile(r"(?i)\barxiv[:.\s]{1,3}(?:org/(?:abs|pdf)/)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})")
ORCID = re.compile(r"(?<![\w-])\d{4}-\d{4}-\d{4}-\d{3}[\dX](?![\w-])")
# Pages that show the same: other hosts of DOIs, and arXiv's versions and files.
SAME_PAGES = (
    (re.compile(r"^(?:dx\.doi\.org|doi\.org|doi\.acm\.org)/(?=10\.)"), "doi.org/"),
    (re.compile(r"^(?:[a-z-]+\.)?arxiv\.org/(?:abs|pdf|html)/(.+?)(?:v\d+)?(?:\.pdf)?$"), r"arxiv.org/abs/\1"),
)


def find_pages(text: str) -> Iterator[str]:
    """Yield the links to which identifiers in a text lead."""
    for match in DOI.finditer(text):
        yield f"https://doi.org/{match.group().rstrip('.,;:)]}*_')}"
    for match in ARXIV.finditer(text):
        yield f"https://arxiv.org/abs/{match[1]}"
    for match in ORCID.finditer(text):
        yield f"https://orcid.org/{match.group()}"


def unify_page(key: str) -> str:
    """Return the normal form of a link with one form for all pages of an identifier."""
    for pattern, page in SAME_PAGES:
        key = pattern.sub(page, key)
    return key
