"""Answers that say in words that they do not know, in ten languages, and others that only sound like it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.grounding.abstention import abstains

from ..support.service import ROOT

TWINS = ROOT / "benchmarks" / "twins"
LANGUAGES = ["de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "tr"]


def read_texts(name: str) -> dict[str, list[str]]:
    """The texts of a file in benchmarks/twins, by their language."""
    texts: dict[str, list[str]] = {}
    for line in (TWINS / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        texts.setdefault(row["language"], []).append(row["text"])
    return texts


ABSTENTIONS, AFFIRMATIONS = read_texts("abstentions.jsonl"), read_texts("affirmations.jsonl")


def test_there_are_ten_wordings_in_each_language() -> None:
    assert {language: len(texts) for language, texts in ABSTENTIONS.items()} == dict.fromkeys(LANGUAGES, 10)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_wordings_of_not_knowing_are_recognized(language: str) -> None:
    assert [text for text in ABSTENTIONS[language] if not abstains(text)] == []


@pytest.mark.parametrize("language", AFFIRMATIONS)
def test_no_sentence_that_tells_something_is_taken_for_one(language: str) -> None:
    assert [text for text in AFFIRMATIONS[language] if abstains(text)] == []


@pytest.mark.parametrize(
    "answer",
    [
        "I don't know.",
        "I’m afraid I don’t know.",
        "I DON'T KNOW",
        "Sorry! I have no idea.",
        "I really don't know, sorry. But I can tell you about my boat.",
        "Unfortunately, I don't have any information on that.",
        "My CV doesn't say.",
        "There's nothing in my notes about that.",
        "I'd rather not guess.",
        "That information isn't in my documents.",
        "That's not covered in what I've written.",
        "My notes don't go into that.",
        "I haven't shared that.",
        "Not that I know of.",
        "Da muss ich leider passen.",
        "Dazu habe ich nichts notiert.",
        "I'm not sure about that.",
        "**I don't know that.**",
        "Das weiß ich leider nicht.",
        "Das weiss ich nicht.",
        "Dazu habe ich leider keine Informationen.",
        "Darüber ist mir nichts bekannt.",
        "Da bin ich überfragt.",
        "Das steht nirgends in meinen Unterlagen.",
        "Je ne sais pas, désolé.",
        "Je n'en sais rien.",
        "Lo siento, no lo sé.",
        "No tengo esa información.",
        "Mi dispiace, non lo so.",
        "Não sei.",
        "Dat weet ik niet.",
        "Nie wiem.",
        "Bilmiyorum.",
        "申し訳ありませんが、わかりません。",
    ],
)
def test_other_wordings_are_recognized_too(answer: str) -> None:
    assert abstains(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I live in Fife.",
        "No, I have no children.",
        "I do not eat meat.",
        "I never worked at Google.",
        "I can't swim, and I cannot sing.",
        "Nothing beats a morning at sea.",
        "I had no idea how hard it would be.",
        "Nein, ich habe keinen Hund.",
        "Ich kann nicht schwimmen.",
        "Ich trinke keinen Kaffee.",
        "Das geht nicht am Montag.",
        "I am not available on Mondays.",
        "VAT is not included.",
        "I can't say no to cake.",
        "I couldn't find a good app, so I built Plantly.",
        "We do not cover travel beyond 50 miles.",
        "Nein, Nachhilfe kann ich leider nicht mehr geben.",
        "Je n'ai pas d'enfants.",
        "No tengo hijos.",
        "Non bevo caffè.",
        "Não tenho filhos.",
        "Ik heb geen kinderen.",
        "コーヒーは飲みません。",
    ],
)
def test_who_has_or_does_something_not_says_what_is_so(answer: str) -> None:
    assert not abstains(answer)


def test_only_the_beginning_counts() -> None:
    assert abstains("Hello! I don't know that.")
    assert not abstains("I live in Fife. I sail a boat. What the weather will be, I don't know.")


@given(st.text())
def test_any_text_can_be_looked_at(answer: str) -> None:
    abstains(answer)
