"""The mark with which an answer begins that the model does not know: it is taken off, wherever the pieces end."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.grounding.marker import MarkerFilter

REST = "I do not know."
MAX_HELD = 50
BEGINNINGS = [
    "[?]",
    "[?] ",
    "  [?]  ",
    "\n[?]\n\n",
    "[?]: ",
    "[?]\n",
    "**[?]** ",
    "**[?]**",
    "__[?]__ ",
    "*[?]*: ",
    "_[?]_ ",
    "***[?]*** ",
    "**[?]:** ",
    "** [?] ** ",
    "[?], ",
    "[?]. ",
    "[?] – ",
    "[？] ",
]

Shown = tuple[str, bool]  # the text, and whether the mark began it


def show(pieces: list[str]) -> Shown:
    """What becomes of an answer in pieces."""
    marker = MarkerFilter()
    text = "".join([*map(marker.push, pieces), marker.finish()])
    return text, marker.is_unknown


def show_cut_everywhere(answer: str) -> Shown:
    """The same, after checking that it makes no difference how the answer is cut."""
    whole = show([answer])
    for position in range(1, len(answer)):
        assert show([answer[:position], answer[position:]]) == whole
    assert show(list(answer)) == whole
    return whole


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_an_answer_that_begins_with_the_mark_is_unknown_and_shown_without_it(beginning: str) -> None:
    assert show_cut_everywhere(beginning + REST) == (REST, True)


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_of_a_mark_alone_nothing_is_left(beginning: str) -> None:
    assert show_cut_everywhere(beginning) == ("", True)


@pytest.mark.parametrize(
    "answer",
    [
        *("[?", "[", "[? what", "[?)] no", "[1] says so.", "[1]", "[!] Careful", "[ ? ]", "? ]", "Is it [?"),
        *("[link](https://fife.example)", "[?a](https://fife.example)", "a[?]b", "array[?] of"),
        *("I live in Fife. [?] More I cannot say.", "One [?] two", "> [?]"),
        *("**Bold** beginning.", "**", "_", "* a\n* list", "*[x]* y", "  indented", "", "   "),
    ],
)
def test_what_only_resembles_the_mark_stays(answer: str) -> None:
    assert show_cut_everywhere(answer) == (answer, False)


@pytest.mark.parametrize(
    "piece", ["I", "Hello there", "1", "**B", "**Bold**", "[1", "[a", "[?!", "# ", "- ", "(", "\U0001f600", "你好"]
)
def test_an_answer_that_begins_otherwise_is_shown_at_once(piece: str) -> None:
    assert MarkerFilter().push(piece) == piece


@pytest.mark.parametrize("piece", ["[", "[?", "[?]", "**", "**[?", "**[?]*", " ", "\n", "_", "[?]: "])
def test_at_the_beginning_what_may_become_the_mark_is_held_back_and_no_more(piece: str) -> None:
    marker = MarkerFilter()
    assert marker.push(piece) == ""
    assert marker.push("X") == ("X" if "]" in piece else f"{piece}X")


@pytest.mark.parametrize("part", ["[", "*", "_", " ", " [", "**[", "[?", "[?]", " **[?]**", "[?] "])
@pytest.mark.parametrize("beginning", ["", "a "])
def test_a_text_without_an_end_is_not_held_back_for_ever(beginning: str, part: str) -> None:
    marker = MarkerFilter()
    for character in beginning + part * 500:
        marker.push(character)
    assert len(marker.finish()) <= MAX_HELD


PARTS = ["[?]", "[", "?", "]", "*", "**", "_", " ", "\n", ":", "[?] ", "**[?]**", "word", "a", ".", "[1]", "](", "é"]
ANSWERS = st.lists(st.sampled_from(PARTS), max_size=12).map("".join) | st.text(max_size=20)


@settings(max_examples=500)
@given(ANSWERS, st.integers(0))
def test_how_an_answer_is_cut_makes_no_difference(answer: str, seed: int) -> None:
    chance = random.Random(seed)
    ends = sorted(chance.choices(range(len(answer) + 1), k=chance.randint(0, 6)))
    pieces = [answer[start:end] for start, end in zip([0, *ends], [*ends, len(answer)], strict=True)]
    assert show(pieces) == show(list(answer)) == show([answer])


@given(st.text())
def test_a_text_without_brackets_is_not_touched(answer: str) -> None:
    plain = re.sub(r"[\[\]]", "", answer)
    assert show(list(plain)) == (plain, False)
