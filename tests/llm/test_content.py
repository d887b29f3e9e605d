from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.llm.content import SurrogateJoiner, read_content


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Hello.", "Hello."),
        (None, ""),
        ([], ""),
        ([{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}], "Hello."),
        ([{"text": "Hello."}], "Hello."),
        ([{"type": "output_text", "text": "Hello."}], "Hello."),
        (["Hello."], "Hello."),
        (
            [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "Hello."}],
            "Hello.",
        ),
        ([{"type": "reasoning", "text": "Hm."}, {"type": "reference", "reference_ids": [1]}, None, 7], ""),
        ([{"type": "text", "text": None}], ""),
    ],
)
def test_parts_that_are_text_are_joined(content: object, text: str) -> None:
    assert read_content(content) == text


@pytest.mark.parametrize("content", [7, True, {"text": "Hello."}])
def test_other_types_are_no_content(content: object) -> None:
    with pytest.raises(ValueError, match="content"):
        read_content(content)


@given(text=st.text(min_size=1), cut=st.integers(min_value=0))
def test_halves_of_a_pair_are_joined_wherever_the_text_is_cut(text: str, cut: int) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    cut = cut % (len(units) // 2 + 1) * 2
    joiner = SurrogateJoiner()
    pieces = [units[:cut].decode("utf-16-le", "surrogatepass"), units[cut:].decode("utf-16-le", "surrogatepass")]
    assert "".join(map(joiner.feed, pieces)) + joiner.finish() == text


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["Hi \ud83d", " there"], "Hi \ufffd there"),
        (["So \ud83c"], "So \ufffd"),
        (["\ude00"], "\ufffd"),
        (["\ud83d", "", "\ude00"], "😀"),
    ],
)
def test_a_lone_half_is_replaced(pieces: list[str], text: str) -> None:
    joiner = SurrogateJoiner()
    assert "".join(map(joiner.feed, pieces)) + joiner.finish() == text
