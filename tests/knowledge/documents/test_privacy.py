"""A document is private wherever its kind of file has a place for such a field."""

from __future__ import annotations

import json

import pytest

from twin.knowledge.documents.changes import make_document
from twin.knowledge.documents.readers import read_document

FILLED = "\n".join(f"{{0}}key{number}: {number}" for number in range(20))  # more lines than where a field is guessed
META = '<html><head><meta name="private" content="{}"></head><body>I weave.</body></html>'


def notebook(kind: str, source: str | list[str], **metadata: bool) -> str:
    cells = [{"cell_type": kind, "source": source}, {"cell_type": "markdown", "source": "I weave."}]
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": cells})


@pytest.mark.parametrize(
    ("kind", "text", "is_private"),
    [
        (".md", "---\n{title: Loom, private: true}\n---\nI weave.", True),
        (".md", "---\n{\n  private: yes,\n}\n---\nI weave.", True),
        (".md", "---\n{private: false}\n---\nI weave.", False),
        (".yaml", "{name: Loom, private: true}", True),
        (".yaml", "{name: Loom, private: no}", False),
        (".ipynb", notebook("raw", "---\ntitle: Loom\nprivate: true\n---"), True),
        (".ipynb", notebook("raw", ["---\n", f"{FILLED.format('')}\n", "private: oui\n", "---\n"]), True),
        (".ipynb", notebook("markdown", "---\n{private: true}\n---\n# Loom"), True),
        (".ipynb", notebook("raw", "---\nprivate: no\n---"), False),
        (".ipynb", notebook("markdown", "# Loom", private=True), True),
        (".html", f"---\n{FILLED.format('')}\nprivate: true\n---\n<p>I weave.", True),
        (".html", '+++\nprivate = true\n+++\n<p>I weave.', True),
        (".htm", "<!-- private: yes -->\n<p>I weave.", True),
        (".html", META.format("true"), True),
        (".xhtml", META.format("no"), False),
        (".html", "<p>Private: yes, on Sundays</p>I weave.", False),
        (".org", f"{FILLED.format('#+')}\n#+PRIVATE: t\n\nI weave.", True),
        (".org", f":PROPERTIES:\n{FILLED.format(':')}\n:PRIVATE: yes\n:END:\nI weave.", True),
        (".org", f"{FILLED.format('#+')}\n#+PRIVATE: nil\n\nI weave.", False),
        (".rst", f"Loom\n====\n\n{FILLED.format(':')}\n:private: 1\n\nI weave.", True),
        (".rst", f"{FILLED.format('.. ')}\n.. private: true\n\nI weave.", True),
        (".rst", f"{FILLED.format('.. ')}\n.. private: no\n\nI weave.", False),
        (".jsonl", '{"q": "I weave."}\n{"q": "I earn 400.", "private": true}', True),
        (".jsonl", '{"q": "I weave.", "visibility": "private"}', True),
        (".jsonl", '{"q": "I weave.", "private": false}', False),
    ],
)  # fmt: skip
def test_a_document_is_private_where_a_field_says_so(kind: str, text: str, is_private: bool) -> None:
    found = read_document(kind, text.encode())
    assert found.fields.is_private == is_private


@pytest.mark.parametrize(
    ("kind", "text", "title"),
    [
        (".md", '---\ntitle: "Looms [private]of Zelda[/private]"\n---\nI weave.', "Looms"),
        (".md", '---\ntitle: "[private]Zelda[/private]"\n---\nI weave.', "file"),
        (".md", '---\ntitle: "Looms [private]of Zelda"\n---\nI weave.', "Looms"),
        (".md", "# Looms [private]of Zelda[/private] today\n\nI weave.", "Looms"),
        (".ipynb", notebook("raw", "---\ntitle: '[PRIVATE] Zelda [/PRIVATE] Looms'\n---"), "Looms"),
    ],
)
def test_no_title_shows_what_is_private(kind: str, text: str, title: str) -> None:
    assert make_document(f"file{kind}", read_document(kind, text.encode())).title == title
