"""Where sentences end, and where a long text is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.text.sentences import cut_pieces, cut_sentences, select_sentences


def split(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in cut_sentences(text, 500)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
        ("“One.” (Two.) Three.", ["“One.”", "(Two.)", "Three."]),
        ("One\nTwo\n\nThree", ["One", "Two", "Three"]),
        ("一。二！三？", ["一。", "二！", "三？"]),
        ("एक। दो।", ["एक।", "दो।"]),
        ("Dr. Ada Lovelace and Mr. J. Campbell met.", ["Dr. Ada Lovelace and Mr. J. Campbell met."]),
        ("Das war ca. 1815, bzw. später. Ja.", ["Das war ca. 1815, bzw. später.", "Ja."]),
        ("z. B. im Mai, d. h. bald. Ja.", ["z. B. im Mai, d. h. bald.", "Ja."]),
        ("It has 3.5 stars at fife.example now.", ["It has 3.5 stars at fife.example now."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_sentence_ends_at_its_mark_and_at_no_abbreviation(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_what_is_too_long_is_cut_between_words() -> None:
    text = "one two three four"
    assert [text[start:end] for start, end in cut_sentences(text, 8)] == ["one two", " three", " four"]


def test_a_sentence_is_selected_by_any_place_in_it() -> None:
    text = "One. Two is here! Three."
    assert select_sentences(text, [0]) == ["One."]
    assert select_sentences(text, [text.index("is"), text.index("here")]) == ["Two is here!"]
    assert select_sentences(text, [len(text) - 1, 1]) == ["One.", "Three."]
    assert select_sentences(text, [len(text)]) == []
    assert select_sentences(text, []) == []


TEXTS = st.lists(
    st.sampled_from([". ", "! ", "\n", "word", "A", "。", '"', ")", " ", "Dr. "]) | st.text(max_size=9)
).map("".join)


@given(TEXTS, st.integers(1, 40))
def test_pieces_are_all_of_a_text_in_its_order(text: str, most: int) -> None:
    pieces = [text[start:end] for start, end in cut_pieces(text, most)]
    assert "".join(pieces) == text


@given(TEXTS, st.integers(1, 40))
def test_no_sentence_is_longer_than_it_may_be_and_nothing_visible_is_lost(text: str, most: int) -> None:
    spans = list(cut_sentences(text, most))
    assert all(0 < end - start <= most for start, end in spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
