"""Messages that ask for no fact, and those that ask for one, as far as their words tell."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.knowledge.search.small_talk import MAX_SMALL_TALK, NEAR_SMALL_TALK, asks_fact, is_small_talk

from ..support.service import ROOT

FOLDERS = ("amara", "jonas", "ines", "wiebke")


def read_questions(kind: str) -> list[str]:
    """All questions of a kind in benchmarks/twins."""
    files = [ROOT / "benchmarks" / "twins" / name / "questions.jsonl" for name in FOLDERS]
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [row["question"] for row in rows if row["kind"] == kind]


@pytest.mark.parametrize(
    "message",
    [
        "Hi",
        "hello there",
        "Good morning!",
        "HOW ARE YOU?",
        "Who are you?",
        "Thank you so much!",
        "ok",
        "haha",
        "no thanks",
        "see you later",
        "are you a bot?",
        "tell me a joke",
        "shorter please",
        "can you speak German?",
        "danke dir",
        "Grüß Gott",
        "wie geht’s?",
        "bist du ein Mensch?",
        "was kannst du?",
        "Merci beaucoup",
        "¿Qué tal?",
        "ciao",
        "cześć",
        "teşekkürler",
        "\U0001f44d",
        "?",
        "",
        "12",
    ],
)
def test_small_talk_is_recognized_by_its_words(message: str) -> None:
    assert is_small_talk(message)


@pytest.mark.parametrize(
    "message",
    [
        "How old are you?",
        "Where do you live?",
        "What is your salary?",
        "Do you have children?",
        "Do you like cats?",
        "Hi, where do you live?",
        "Thanks! And when were you born?",
        "hello, how much is a keynote?",
        "price",
        "Northwind",
        "Wo wohnst du?",
        "Hast du einen Hund?",
        "Was kostet das?",
        "Quel âge as-tu ?",
        "你住在哪里",
    ],
)
def test_who_asks_for_a_fact_makes_no_small_talk(message: str) -> None:
    assert not is_small_talk(message)


def test_of_the_questions_of_four_twins_hardly_one_is_taken_for_small_talk() -> None:
    for kind in ("answerable", "unknown"):
        assert [question for question in read_questions(kind) if is_small_talk(question)] == []


def test_most_small_talk_with_four_twins_is_recognized_by_its_words_alone() -> None:
    messages = read_questions("small_talk")
    assert sum(is_small_talk(message) or not asks_fact(message) for message in messages) >= 0.9 * len(messages)


def test_a_vector_near_to_a_samples_tells_it_in_any_language() -> None:
    message = "Magandang umaga sa iyo"
    assert not is_small_talk(message, [NEAR_SMALL_TALK - 0.01, 0.1])
    assert is_small_talk(message, [0.1, NEAR_SMALL_TALK])


def test_a_long_message_is_none() -> None:
    assert is_small_talk("ha " * 20)
    assert not is_small_talk("hello " * MAX_SMALL_TALK)


@pytest.mark.parametrize(
    "message",
    [
        "How old are you?",
        "Where do you live",
        "wot is ur job",
        "tell me about your boat",
        "do you sail",
        "u got kids",
        "And when was it",
        "list your talks",
        "prices",
        "opening hours",
        "wo wohnst du",
        "hast du kinder",
        "Erzähl von deinem Boot",
        "quel âge as-tu",
        "dónde vives",
        "dove vivi",
        "onde mora",
        "waar woon je",
        "年齢は？",
        "ما اسمك؟",
    ],
)
def test_questions_requests_and_search_words_ask(message: str) -> None:
    assert asks_fact(message)


@pytest.mark.parametrize(
    "message",
    [
        "Great!",
        "ok thanks",
        "danke",
        "I like your page very much, it is beautiful.",
        "My daughter also plays the cello.",
        "I am a recruiter from Leeds and enjoyed reading your blog.",
        "Ich spiele selbst Cello und freue mich über Ihre Seite.",
    ],
)
def test_who_tells_something_does_not_ask(message: str) -> None:
    assert not asks_fact(message)


@given(st.text(max_size=2 * MAX_SMALL_TALK))
def test_any_message_can_be_looked_at(message: str) -> None:
    is_small_talk(message)
    asks_fact(message)
