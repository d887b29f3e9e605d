"""Test questions for the owner's answers."""

from __future__ import annotations

import pytest

from twin.evaluation import make_case
from twin.evaluation.matching import find
from twin.evaluation.rewordings import expect
from twin.knowledge.faq import Entry, Faq

QUESTION = "Do you have a dog?"


def test_asks_in_the_words_of_another_visitor_where_there_are_some() -> None:
    known = Faq.of([Entry(question=QUESTION, answer="Yes.", aliases=["Is there a dog?"])])

    def is_known(asked: str) -> bool:
        return known.find_answer(asked) is not None

    case = make_case(QUESTION, ["Is there a dog?", "What breed is your dog?"], "A collie.", is_known)
    assert case is not None
    assert case.question == "What breed is your dog?"
    alone = make_case(QUESTION, ["is there a dog"], "A collie.", is_known)
    assert alone is not None
    assert alone.question.endswith(QUESTION)
    assert not is_known(alone.question)


@pytest.mark.parametrize(
    ("question", "words"), [("Hast du einen Hund?", "über dich"), ("As-tu un chien dans la maison ?", "à ton sujet")]
)
def test_the_frame_is_in_the_language_of_the_question(question: str, words: str) -> None:
    case = make_case(question, [], "Moss.", lambda asked: asked == question)
    assert case is not None
    assert words in case.question


def test_without_other_words_there_is_no_case() -> None:
    assert make_case("犬を飼っていますか", [], "はい。", lambda asked: True) is None
    assert make_case(QUESTION, [], "Yes.", lambda asked: True) is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Yes, a collie called Moss, since 2019.", ("2019", "Moss")),
        ("See https://moss.example/dog.", ("https://moss.example/dog",)),
        ("Write to ada@example.org.", ("ada@example.org",)),
        ("Ja, einen Hütehund aus dem Tierheim.", ("Hütehund",)),
        ("No.", (r"/\bNo\b/",)),
        ("/ok/", (r"/\bok\b/",)),
        ("はい。", None),
        ("👍", ("👍",)),
    ],
)
def test_expects_the_specifics_of_the_answer(answer: str, expected: tuple[str, ...] | None) -> None:
    found = expect(answer)
    assert expected is None or found == expected
    assert all(find(each, answer) for each in found)
