"""The review of a finished answer, and that it is the same however the answer came."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.truth import Twin
from twin.memory import Annotations
from twin.settings import Settings
from twin.turn.review import MAX_BEFORE, MAX_UNSUPPORTED

from ..support.answers import SECRET
from ..support.passages import TEXTS
from ..support.settings import KEY

PERSONA = "You are the twin of Roger J. Campbell. I live in Crail. [private]My brother Ned is in prison.[/private]"
QUESTION = "What is your dog called?"


def make_twin(folder: Path, **more: str) -> Twin:
    """A twin with documents, which finds them by their words."""
    data = folder / "data"
    (data / "knowledge").mkdir(parents=True)
    (data / "me.txt").write_text(PERSONA)
    for name, text in TEXTS.items():
        (data / "knowledge" / name).write_text(text)
    (data / "knowledge" / "secret.md").write_text(f"---\nprivate: yes\n---\n{SECRET}")
    chosen = Settings.model_validate({"openai_api_key": KEY} | more)
    return Twin(data, folder / "twin", chosen, has_vectors=False)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    return make_twin(tmp_path_factory.mktemp("twin"))


def annotate(twin: Twin, answer: str, question: str = QUESTION, *before: str) -> tuple[str, Annotations]:
    return twin.annotate(twin.find, question, answer, before)


def test_an_answer_has_its_sources(twin: Twin) -> None:
    answer = "He is a collie, \U0001f642, and is called Biscuit."
    text, notes = annotate(twin, answer)
    assert text == answer
    assert notes.sources
    [source] = notes.sources
    assert (source.file, source.quote) == ("dog.md", "My dog is a collie called Biscuit.")
    assert source.supports == [(0, len(answer))]
    assert (notes.unsupported, notes.grounded, notes.grounding) == (None, None, None)


def test_what_stands_nowhere_is_marked_where_it_stands_in_what_is_shown(twin: Twin) -> None:
    text, notes = annotate(twin, "[?] \U0001f642 Ask ada@evil.example or Captain Zorblax, in 1742.")
    assert "ada@" not in text
    assert notes.grounding
    assert notes.grounding.removed == ["ada@evil.example"]
    assert notes.unsupported
    assert [each.text for each in notes.unsupported] == ["Captain Zorblax", "1742"]
    assert [text[each.start : each.end] for each in notes.unsupported] == ["Captain Zorblax", "1742"]


def test_what_was_said_in_the_conversation_is_not(twin: Twin) -> None:
    answer = "So you sail with Captain Zorblax."
    assert annotate(twin, answer)[1].unsupported
    assert annotate(twin, answer, QUESTION, "I sail with Captain Zorblax.")[1].unsupported is None
    long = "I sail with Captain Zorblax. " + "It is fine. " * (MAX_BEFORE // 12 + 1)
    assert annotate(twin, answer, QUESTION, long)[1].unsupported
    for short, is_read in ((100, True), (300, False)):  # thousands of messages would each take their time
        marked = annotate(twin, answer, QUESTION, "I sail with Captain Zorblax.", *["a"] * short)[1].unsupported
        assert (marked is None) == is_read


def test_no_more_than_fifty_are_marked(twin: Twin) -> None:
    _, notes = annotate(twin, "I saw " + ", and ".join(f"{number} boats" for number in range(400, 460)) + ".")
    assert notes.unsupported
    assert len(notes.unsupported) == MAX_UNSUPPORTED


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is your favourite colour?", "I don't know."),
        ("What is your favourite colour?", "It is green, I think."),
        ("What is your dog called?", "**[?]** I am not told."),
        ("What is your dog called?", "[?] He is called Biscuit."),
        ("Hello!", "[?] Hello!"),
    ],
)
def test_an_answer_that_is_marked_or_rests_on_nothing_is_unknown(twin: Twin, question: str, answer: str) -> None:
    text, notes = annotate(twin, answer, question)
    assert notes.grounded is False
    assert "[?]" not in text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is your dog called?", "He is called Biscuit."),
        ("What is your dog called?", "I don't know why he is called Biscuit, my collie, but he is."),
        ("Where do you live?", "I live in Crail."),
        ("Hello!", "Hello! I don't know you yet. Who are you?"),
        ("I like your page very much, it is beautiful.", "That is kind of you."),
    ],
)
def test_others_are_not(twin: Twin, question: str, answer: str) -> None:
    assert annotate(twin, answer, question)[1].grounded is None


@pytest.mark.parametrize("secret", [SECRET, "Well, my brother Ned is in prison. Sad!"])
def test_an_answer_that_was_cut_off_is_not_compared_with_anything(twin: Twin, secret: str) -> None:
    text, notes = annotate(twin, f"I led 7 people at Northwind with Zorblax. {secret}")
    assert text.endswith(twin.settings.fallback)
    assert (notes.sources, notes.unsupported, notes.grounded) == (None, None, None)
    assert annotate(twin, f"[?] Well: {secret}")[1].grounded is False


def test_the_fallback_is_compared_with_nothing(twin: Twin) -> None:
    text, notes = annotate(twin, "https://evil.example/x")
    assert text == twin.settings.fallback
    assert (notes.sources, notes.unsupported, notes.grounded) == (None, None, None)
    assert annotate(twin, "[?]") == (twin.settings.fallback, Annotations(grounded=False))


def test_nothing_is_marked_where_the_owner_turned_it_off(tmp_path: Path) -> None:
    _text, notes = annotate(make_twin(tmp_path, claims="off"), "He is called Biscuit, of Captain Zorblax.")
    assert notes.unsupported is None
    assert notes.grounded is None


PARTS = [
    *(
        "[?]",
        "[?] ",
        "**[?]** ",
        "[",
        "?",
        "]",
        "*",
        "**",
        "_",
        " ",
        "\n",
        "\n\n",
        ". ",
        "! ",
        "? ",
        "- ",
        "1. ",
        "“",
        "”",
    ),
    *(
        "He is called Biscuit. ",
        "I led seven people at Northwind. ",
        "I live in Crail. ",
        "Captain Zorblax ",
        "in 1742",
    ),
    *(
        "I don't know. ",
        "ada@fife.example",
        "ada@evil.example ",
        "https://evil.example/x ",
        "\U0001f642",
        "\u200b",
        "漢字。",
    ),
    *("the spare key to the lakeside house ", "My brother Ned is in prison", "1,200 ", "€", "März "),
]
QUESTIONS = ["What is your dog called?", "Hello!", "Who is Zorblax?", "How many people did you lead?", "ok"]
ANSWERS = st.lists(st.sampled_from(PARTS) | st.text(max_size=6), max_size=12)


@settings(max_examples=100)
@given(ANSWERS, st.sampled_from(QUESTIONS), st.lists(st.integers(1, 12), min_size=1, max_size=8))
def test_a_streamed_answer_says_the_same_as_a_plain_one(
    twin: Twin, parts: list[str], question: str, lengths: list[int]
) -> None:
    answer = "".join(parts)
    pieces, start = [], 0
    while start < len(answer):
        pieces.append(answer[start : start + lengths[len(pieces) % len(lengths)]])
        start += len(pieces[-1])
    said = [{"role": "user", "content": question}]
    found = twin.find(question, [])
    text, notes = twin.annotate_pieces(found, said, [answer])
    assert twin.annotate_pieces(found, said, pieces) == (text, notes)
    assert twin.annotate_pieces(found, said, list(answer)) == (text, notes)
    for each in notes.unsupported or ():
        assert text[each.start : each.end] == each.text
    for source in notes.sources or ():
        assert all(0 <= start < end <= len(text) for start, end in source.supports)
