from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.knowledge.documents.library import Document, Library
from twin.knowledge.passages import MAX_PASSAGE, MAX_SECTION, make_passages, split
from twin.text.words import find_terms, find_words

LONG = ("I led a team of seven at Northwind. " * 40).strip()


def test_a_passage_knows_all_the_headings_above_it() -> None:
    text = "Hello.\n# Work\n## Northwind\nPorts.\n### 2019\nTides.\n\n## Southwind\nShips.\n# Life\n\nSailing."
    assert list(split(text)) == [
        ("", "Hello."),
        ("Work › Northwind", "Ports."),
        ("Work › Northwind › 2019", "Tides."),
        ("Work › Southwind", "Ships."),
        ("Life", "Sailing."),
    ]


def test_a_heading_keeps_its_last_hash_unless_a_space_is_before_it() -> None:
    assert [heading for heading, _ in split("# C#\n\nYes.\n\n## Go ##\n\nNo.")] == ["C#", "C# › Go"]


def test_a_heading_without_text_is_text() -> None:
    text = "# Phone: 12345\n\n## My colour is teal\n\n## Boats\n\nKittiwake."
    assert list(split(text)) == [("Phone: 12345", "My colour is teal"), ("Phone: 12345 › Boats", "Kittiwake.")]


def test_no_heading_takes_longer_than_its_length() -> None:  # these ran for hours
    assert next(split("# a" + " " * 20_000 + "b\n\nText."))[0].startswith("a ")
    assert Library((Document("a.md", "<" + " " * 20_000 + "x"),)).text


def test_a_hash_in_code_opens_no_section() -> None:
    assert list(split("# Setup\n\n```\n# install\nmake\n```")) == [("Setup", "```\n# install\nmake\n```")]


def test_short_paragraphs_are_joined_and_long_ones_end_with_a_sentence() -> None:
    assert [part for _, part in split("One.\n\nTwo.\n\nThree.")] == ["One.\n\nTwo.\n\nThree."]
    parts = [part for _, part in split(LONG)]
    assert len(parts) == 4
    assert all(part.endswith("Northwind.") for part in parts)


@pytest.mark.parametrize("text", ["word " * 1_000, "x" * 5_000, "我在北京工作。" * 500, "a|b|c\n" * 1_000])
def test_what_has_no_sentences_is_divided_too(text: str) -> None:
    parts = [part for _, part in split(text)]
    assert all(0 < len(part) <= MAX_SECTION for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.text(alphabet=st.sampled_from("#` \n.aé。?~-"), max_size=2_000))
def test_no_text_is_lost(text: str) -> None:
    parts = list(split(text))
    assert all(0 < len(part) <= MAX_SECTION for _, part in parts)
    kept = "".join("".join(part.split()) for _, part in parts)
    whole = "".join(text.split())
    assert len(kept) <= len(whole)
    assert sum(kept.count(letter) for letter in "aé") <= sum(whole.count(letter) for letter in "aé")
    if "#" not in text:
        assert kept == whole


def test_a_section_is_cut_into_passages_of_whole_sentences() -> None:
    text = "I sail a sloop out of Leith. " * 12 + "So " * 80 + "long a sentence stays whole."
    passages = list(make_passages("a.md", "A", text))
    assert {passage.section for passage in passages} == {passages[0].section, passages[-1].section}
    assert all(len(passage.text) <= MAX_PASSAGE for passage in passages[:-1])
    assert passages[-1].text.startswith("So So")
    assert passages[-1].text.endswith("whole.")
    assert " ".join(passage.text for passage in passages) == text


def test_a_passage_is_known_by_all_that_its_vector_is_made_of() -> None:
    text = f"I sail.\n\n{LONG}" + LONG
    keys = {passage.key for title in "AB" for passage in make_passages("a.md", title, text)}
    (first, *_, last) = make_passages("a.md", "A", text)
    assert len({first.key, last.key}) == 2
    assert len(keys) == 2 * len({(p.context, p.indexed) for p in make_passages("a.md", "A", text)})
    (moved,) = make_passages("b.md", "A", "Ports.")
    assert moved.key == next(make_passages("a.md", "A", "Ports.")).key


def test_what_is_private_within_a_document_is_in_passages_of_its_own() -> None:
    document = Document("a.md", "I sail. [private]My pin is on the boat.[/private] I cook.")
    assert [(passage.text, passage.is_private, passage.is_citable) for passage in document.passages] == [
        ("I sail. \n I cook.", False, True),
        ("My pin is on the boat.", True, False),
    ]
    assert all(passage.is_private for passage in Document("b.md", "Secret.", is_private=True).passages)
    assert not any(passage.is_citable for passage in Document("c.md", "Used.", is_citable=False).passages)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Roger's 1,200 Büros (C#)", ["roger", "s", "1", "200", "büros", "c"]),
        ("मैं दिल्ली में", ["मैं", "दिल्ली", "में"]),
        ("我在北京", ["我在", "在北", "北京"]),
        ("ＡＢＣ ﬁle", ["abc", "file"]),
    ],
    ids=["latin", "hindi", "chinese", "compatibility"],
)
def test_words_of_every_script_are_found(text: str, words: list[str]) -> None:
    assert find_words(text) == words
    assert set(words) <= set(find_terms(text))


def test_inflections_have_a_stem_in_common() -> None:
    assert set(find_terms("negotiated")) & set(find_terms("negotiations")) == {"negot"}
