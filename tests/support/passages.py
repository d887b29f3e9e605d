"""Passages of documents: few, and so many that a search has to choose."""

from __future__ import annotations

from twin.knowledge.passages import Passage, make_passages

TEXTS = {
    "career.md": "At Northwind I led a team of seven people from 2015 to 2019. We built the harbour scheduling system.",
    "dog.md": "My dog is a collie called Biscuit. We walk the beaches of Fife every morning.",
    "studies.md": "I studied mathematics at St Andrews and wrote my thesis on sparse matrices.",
    "offer.md": "I help small firms with their data. Feel free to ask me anything, and I am happy to answer questions.",
    "firm.md": "Northwind was a shipping firm with 1,200 employees in Dundee; it was sold in 2020.",
    "contact.md": "Write to ada@fife.example, or look at https://fife.example/talks for what I have said.",
}

GARDEN = "In the village we grew {} kinds of roses for the people who like gardens, and sold them in {}."


def passages_of(texts: dict[str, str], **more: bool) -> list[Passage]:
    return [part for name, text in texts.items() for part in make_passages(name, name.split(".")[0], text, **more)]


SMALL = passages_of(TEXTS)
LARGE = SMALL + passages_of({f"garden{n}.md": GARDEN.format(n + 20, 1900 + n) for n in range(60)})
