"""The same question in other dress finds the owner's answer, and one that only looks like it finds none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.truth_table import TWINS
from benchmarks.word_for_word import DRESSED, NEAR, measure_faq
from twin.knowledge.faq import MAX_FAQ_QUESTION, Entry, Faq

FOLDERS = sorted(path.parent.name for path in TWINS.glob("*/faq_asked.jsonl"))
MIN_SHARE = 0.9  # of the questions in other dress that are answered


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_same_question_in_other_dress_is_answered_and_no_near_miss(folder: str) -> None:
    missed: list[str] = []
    lines = {line.what: line for line in measure_faq(TWINS / folder, missed.append).lines()}
    assert lines[NEAR].found == 0, missed
    assert lines[DRESSED].found >= MIN_SHARE * lines[DRESSED].total, missed


def ask(question: str, asked: str, *names: str) -> bool:
    return Faq.of([Entry(question=question, answer="yes")]).find_answer(asked, frozenset(names)) == "yes"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How much is 1.5 k?", "How much is 15 k?"),
        ("How much is 1.5 k?", "How much is 1 5 k?"),
        ("Is it nowhere?", "Is it now here?"),
        ("Is it -5 degrees?", "Is it 5 degrees?"),
        ("Do you open at 10:30?", "Do you open at 1030?"),
        ("Do you know C?", "Do you know C++?"),
        ("Do you know C#?", "Do you know C?"),
        ("Was kostet eine Stunde?", "Was kostet keine Stunde?"),
        ("Wann schreibst du mir?", "Wann schriebst du mir?"),
        ("Wo wohnst du?", "Wo wohnt sie?"),
        ("Wo wohnst du?", "Wo wohnen sie?"),
        ("¿Qué enseñó?", "¿Qué enseño?"),
        ("Can I call you?", "Can I call you Jonas?"),
        ("Are you expensive?", "Are you too expensive for us?"),
        ("Do you meet Ben with Anna?", "Do you meet Anna with Ben?"),
        ("Wann trifft Anna Ben?", "Wissen Sie, wann Ben Anna trifft?"),
        ("How do I get from Ely to Hull?", "How do I get from Hull to Ely?"),
        ("Do you know Brian?", "Do you know Brain?"),
        ("Who is Marit Sollberg?", "Who is Marit Sallberg?"),
        ("你在哪里教书？", "你在哪里读书？"),
        ("Est-ce que vous vendez en ligne ?", "Qu'est-ce que vous vendez en ligne ?"),
        ("Est-ce qu'on apprend ici ?", "Qu'est-ce qu'on apprend ici ?"),
        ("Kennst du Andreas?", "Kennst du Andras?"),
        ("Arbeitest du mit Johansson?", "Arbeitest du mit Johanson?"),
        ("Do you know Christian?", "Do you know Christina?"),
        ("Verkaufst du Fotos?", "Verkaufst du Bilder?"),
        ("Do you sell photos?", "Do you sell pictures?"),
        ("Ist das Brett lang?", "Ist das Brett lange?"),
        ("Wo arbeitet ihre Frau?", "Wo arbeitet Ihre Frau?"),
        ("Can you join US?", "Can you join us?"),
        ("Do you teach it?", "Hi, do you teach IT?"),
        ("Do you play in 3/4?", "Do you play in 3-4?"),
        ("Did you get an A-?", "Did you get an A?"),
        ("Did you get an A*?", "Did you get an A?"),
        ("Is your hotel 5*?", "Is your hotel 5?"),
        ("Is it 5' long?", 'Is it 5" long?'),
        ("Do you like 🍕?", "Do you like 🍣?"),
        ("Do you like to eat 🍕", "Do you like to eat 🍣"),
        ("Do you speak 🇩🇪?", "Do you speak 🇫🇷?"),
        ("Do you stop in room 83?", "Do you stop in room?"),
        ("Do you sell violins without bows for beginners?", "Do you sell violins for beginners without bows?"),
        ("Without bows, do you sell violins for beginners?", "Do you sell violins for beginners without bows?"),
        ("Do you rent flats for families with kids?", "Do you rent flats with kids for families?"),
        ("Vermieten Sie Wohnungen für Paare mit Hund?", "Vermieten Sie Wohnungen mit Hund für Paare?"),
        ("¿Vendes violines sin arco para niños?", "¿Vendes violines para niños sin arco?"),
        ("Vendez-vous des violons sans archet pour enfants ?", "Vendez-vous des violons pour enfants sans archet ?"),
        ("Do you know how to cook?", "How to cook?"),
        ("Do you know where to eat?", "Where to eat?"),
        ("¿Sabes cómo cocinar?", "¿Cómo cocinar?"),
        ("Vous savez comment cuisiner ?", "Comment cuisiner ?"),
        ("Wissen Sie, wie man kocht?", "Wie kocht man?"),
        ("Unterstützt du deine Eltern?", "Unterstützen dich deine Eltern?"),
        ("Wann besuchst du deine Kinder?", "Wann besuchen dich deine Kinder?"),
        ("Kennen Sie Ihre Nachbarn?", "Kennen dich deine Nachbarn?"),
        ("Arbeitet deine Frau?", "Arbeitet deine Frau bei dir?"),
        ("Wer wohnt hier?", "Wer wohnt hier bei Ihnen?"),
        ("Was kostet ein Kurs zu Hause?", "Was kostet ein Kurs bei dir zu Hause?"),
        ("Who is Martin Berg?", "Who is Marin Berg?"),
        ("Have you been to Wellington?", "Have you been to Wallington?"),
    ],
)
def test_another_question_is_not_answered(question: str, asked: str) -> None:
    assert not ask(question, asked, "jonas")
    assert not ask(asked, question, "jonas")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Where do you live?", "Hi Jonas! Could you tell me where you live? Thanks"),
        ("Where do you live?", "where do u live jonas 🙂"),
        ("What does a day cost?", "do you know what a day costs"),
        ("How much is 1,200 m²?", "How much is 1200 m²?"),
        ("Wann trifft Anna Ben?", "Wissen Sie, wann Anna Ben trifft?"),
        ("Bietest du Kurse an?", "Ich wollte fragen, ob Sie Kurse anbieten."),
        ("Where do you speak in March?", "In March, where do you speak?"),
        ("Do you know C#?", "so... do you know c#"),
        ("你在哪里教书？", "你在哪里 教书"),
        ("Où habites-tu ?", "vous habitez où ?"),
        ("Kann ich dich buchen?", "kann ich Sie buchen"),
        ("Was interessiert Sie?", "Was interessiert dich?"),
        ("Wie kann man dich erreichen?", "Können Sie mir sagen, wie man Sie erreichen kann?"),
        ("Was kostet ein Kurs?", "Was kostet bei dir ein Kurs? Danke!"),
        ("Do you teach in Ely on Mondays?", "Do you teach on Mondays in Ely?"),
        ("What do you charge for a wedding in June?", "For a wedding in June, what do you charge?"),
        ("Where do you live?", "👋 Hi, where do you live?? 🏡"),
        ("Is it open 10-12?", "is it open 10–12 :)"),
        ("Do you teach 'A' levels?", "do you teach A levels"),
        ("Do you have any pets?", "have u got any pets"),
        ("Can you join us?", "CAN YOU JOIN US?"),
        ("Wo arbeitet Ihre Frau?", "wo arbeitet ihre frau"),
        ("Do you offer SEO?", "do you offer seo"),
        ("Que vends-tu ?", "Qu'est-ce que vous vendez ?"),
        ("Do you offer photography?", "do you offer photogrpahy"),
        ("Wie lange dauert eine Behandlung?", "wie lange dauert eine Behanldung"),
    ],
)
def test_the_same_question_is_answered(question: str, asked: str) -> None:
    assert ask(question, asked, "jonas")


def test_whether_the_owner_knows_is_not_what_is_known() -> None:
    assert not ask("Do you know what Anna earns?", "Tell me what Anna earns")
    assert not ask("Wissen Sie, was Anna verdient?", "Was verdient Anna?")
    assert not ask("¿Sabes cuánto gana Ana?", "¿Cuánto gana Ana?")
    assert not ask("Vous savez où habite Anne ?", "Où habite Anne ?")


def test_an_answer_with_a_private_part_is_left_to_the_model() -> None:
    for answer in ("Rex. [private]He bites.[/private]", "[PRIVATE] Rex", "Rex [/private]"):
        assert (
            Faq.of([Entry(question="What is your dog called?", answer=answer)]).find_answer("What is your dog called?")
            is None
        )


def test_the_first_of_two_answers_counts() -> None:
    faq = Faq.of([Entry(question="Who are you?", answer="a"), Entry(question="who are you", answer="b")])
    assert faq.find_answer("Hi, who are you?") == "a"


@given(st.text())
def test_a_question_is_found_however_it_is_written(question: str) -> None:
    answers = Faq.of([Entry(question=f"a{question}", answer="yes")])
    assert answers.find_answer(f"  A{question.replace(' ', '   ')} !? ") == "yes"


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_read(question: str, asked: str) -> None:
    Faq.of([Entry(question=f"a{question}", answer="yes")]).find_answer(asked, frozenset({"a"}))


def test_a_long_message_has_no_answer() -> None:
    question = "a " * MAX_FAQ_QUESTION
    assert not ask(question, question)


def test_the_sets_are_whole() -> None:
    for folder in FOLDERS:
        entries = (TWINS / folder / "faq.jsonl").read_text(encoding="utf-8").splitlines()
        for line in Path(TWINS / folder / "faq_asked.jsonl").read_text(encoding="utf-8").splitlines():
            place = json.loads(line)["entry"]
            assert place is None or 0 <= place < len(entries)
