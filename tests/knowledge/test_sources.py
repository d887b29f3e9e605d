from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.knowledge.documents.library import Document
from twin.knowledge.evidence import Evidence
from twin.knowledge.passages import Passage, make_passages
from twin.knowledge.sources import MAX_QUOTE, MAX_SOURCES, Rarity, Source, find_sources

from ..support.passages import LARGE, SMALL, TEXTS, passages_of


def files(answer: str, question: str = "Tell me more.", texts: dict[str, str] | None = None) -> list[str]:
    passages = passages_of(texts) if texts else LARGE
    return [source.file for source in find_sources(answer, question, passages, Rarity.of(passages))]


LED = "How many people did you lead at Northwind?"
USED = {
    "a number written out": ("Seven people.", LED, "career.md"),
    "the number in digits": ("I led 7 of them.", LED, "career.md"),
    "years": ("From 2015 to 2019.", "When were you at Northwind?", "career.md"),
    "a number with other marks": ("It had 1 200 staff, all employed in one town.", "Was it large?", "firm.md"),
    "a name alone": ("He is called Biscuit!", "What is your dog called?", "dog.md"),
    "an answer of one rare word": ("A collie.", "Do you have a dog?", "dog.md"),
    "rare words in another order": ("My thesis? Sparse matrices, mostly.", "What was your thesis on?", "studies.md"),
    "inflected words": ("I scheduled harbours with seven others.", "What did you build?", "career.md"),
    "a paraphrase": ("There were 7 of us, and we wrote software for scheduling a harbour.", LED, "career.md"),
    "an address": ("By mail: ada@fife.example.", "How do I reach you?", "contact.md"),
    "Markdown": ("* **Biscuit**, a _collie_", "Pets?", "dog.md"),
}


@pytest.mark.parametrize(("answer", "question", "file"), USED.values(), ids=USED.keys())
def test_what_was_used_is_named_and_nothing_else(answer: str, question: str, file: str) -> None:
    for passages in (SMALL, LARGE):
        if passages is LARGE or answer != "A collie.":  # one word says too little among few documents
            assert [source.file for source in find_sources(answer, question, passages, Rarity.of(passages))] == [file]


UNUSED = {
    "a greeting": ("I'm happy to help, ask me anything!", "Hi"),
    "not knowing": ("I don't know.", LED),
    "a regret": ("I'm sorry, but I cannot say how many people that were. Is there anything else?", LED),
    "the question again": ("You ask how many people I led at Northwind?", LED),
    "a file's name": ("See dog.md and studies/career.md for all of it.", "Do you have a dog?"),
    "a title": ("That is in Career, and in Dog.", "Where have you been?"),
    "one ordinary word": ("I like the morning.", "When do you get up?"),
    "a list's numbers": ("7. Yes\n8. No", LED),
    "a small number": ("I have 7 cats.", "How many cats do you have?"),
    "what stands nowhere": ("I flew to Jupiter with Zorblax in 1742.", "Where were you?"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("answer", "question"), UNUSED.values(), ids=UNUSED.keys())
def test_what_was_not_used_is_not_named(answer: str, question: str) -> None:
    assert files(answer, question) == []
    assert files(answer, question, TEXTS) == []


LANGUAGES = {
    "German": (
        {
            "a.md": "Ich habe bei Siemens in München sieben Jahre lang Turbinen berechnet und viele Leute betreut.",
            "b.md": "In der Freizeit spiele ich Bratsche im Orchester, und ich helfe Ihnen gerne.",
        },
        "Ich berechnete Turbinen bei Siemens.",
        "Gerne helfe ich Ihnen weiter! Fragen Sie einfach.",
    ),
    "Russian": (
        {"a.md": "Я преподавал алгебру в Казани и собирал марки.", "b.md": "Моя сестра работает врачом в больнице."},
        "В Казани, где преподавал алгебру.",
        "Я не знаю.",
    ),
    "Chinese": (
        {"a.md": "我在杭州的西湖大学教了三年量子物理。", "b.md": "我的爱好是弹吉他和种番茄。"},
        "我在西湖大学教量子物理。",
        "我不知道。",
    ),
    "Japanese": (
        {"a.md": "京都で十年間、陶芸を教えていました。", "b.md": "趣味は登山と将棋です。よろしくお願いします。"},
        "京都で陶芸を教えました。",
        "わかりません。よろしくお願いします。",
    ),
    "Thai": (
        {"a.md": "ฉันสอนคณิตศาสตร์ที่มหาวิทยาลัยเชียงใหม่", "b.md": "งานอดิเรกของฉันคือปลูกกล้วยไม้"},
        "สอนคณิตศาสตร์ที่เชียงใหม่",
        "ฉันไม่รู้",
    ),
    "Korean": (
        {"a.md": "저는 부산에서 해양생물학을 연구했습니다.", "b.md": "취미는 등산과 바둑입니다."},
        "부산에서 해양생물학을 공부했어요.",
        "잘 모르겠습니다.",
    ),
    "Arabic": (
        {"a.md": "درست الهندسة المعمارية في جامعة القاهرة عام ٢٠٠٩.", "b.md": "أحب الشطرنج والطبخ في المساء."},
        "في جامعة القاهرة، الهندسة المعمارية، عام 2009.",
        "لا أعرف.",
    ),
    "Hindi": (
        {"a.md": "मैंने जयपुर में संस्कृत व्याकरण पढ़ाया।", "b.md": "मुझे क्रिकेट और चित्रकारी पसंद है।"},
        "जयपुर में संस्कृत व्याकरण।",
        "मुझे नहीं पता।",
    ),
}


@pytest.mark.parametrize(("texts", "used", "unused"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_any_language_is_cited(texts: dict[str, str], used: str, unused: str) -> None:
    assert files(used, "?", texts) == ["a.md"]
    assert files(unused, "?", texts) == []


NAMES = {
    "family.md": "My wife Ingrid teaches chemistry at a school in Drammen. We have two daughters, Solveig and Maja.",
    "cv.md": "Senior engineer at Halvorsen Logistics in Bergen from March 2016 to June 2021, then Oslo with Equinor.",
    "bees.md": "I keep bees at the edge of a forest, and last year they gave more honey than in any year before.",
}


@pytest.mark.parametrize(
    ("answer", "question", "file"),
    [
        ("Yes: Maja and Solveig.", "Do you have children?", "family.md"),
        ("Her name is Ingrid.", "What is your wife called?", "family.md"),
        ("I was at Halvorsen.", "Where have you been?", "cv.md"),
    ],
)
def test_names_count_where_a_text_has_as_many_capitals_as_german(answer: str, question: str, file: str) -> None:
    assert files(answer, question, NAMES) == [file]


def test_nouns_of_german_are_no_names() -> None:
    german = "Am Wochenende bin ich in den Bergen unterwegs, im Winter auf Skiern und im Sommer mit dem Rad."
    assert Rarity.of(passages_of(NAMES | {"freizeit.md": german})).noun_capitals == {"freizeit.md"}


def test_each_fact_has_its_source() -> None:
    answer = "I led seven people at Northwind from 2015, and my collie Biscuit loves the beaches of Fife."
    assert sorted(files(answer)) == ["career.md", "dog.md"]


def test_of_those_that_say_the_same_one_is_named() -> None:
    copies = TEXTS | {"copy.md": TEXTS["career.md"], "part.md": "At Northwind I led a team."}
    assert files("I led seven people at Northwind from 2015 to 2019.", LED, copies) == ["career.md"]


def test_most_sources_are_five_the_most_used_first() -> None:
    names = ["Falconer", "Quillon", "Marrick", "Tessaly", "Brannoch", "Ulvaren", "Dostrum", "Ysolde"]
    texts = {f"{n}.md": f"One project was {name}, another {name}beta." for n, name in enumerate(names)}
    answer = f"There was {', then '.join(names)}; of the third there was also Marrickbeta."
    found = files(answer, "Which projects?", texts)
    assert len(found) == MAX_SOURCES
    assert found[0] == "2.md"


def test_a_word_of_the_heading_counts_too() -> None:
    text = "# Jobs\n\n## Engineer at Contoso, 1998\n\nIt went well.\n\n## Baker at Fabrikam, 2003\n\nIt rose."
    passages = list(make_passages("cv.md", "Jobs", text))
    sources = find_sources("I baked at Fabrikam in 2003.", "When?", passages, Rarity.of(passages))
    assert sources == (Source("Jobs", "cv.md", "It rose."),)


@pytest.mark.parametrize("hidden", [{"is_private": True}, {"is_citable": False}], ids=["private", "cite: no"])
def test_what_is_not_shown_is_not_cited_nor_is_another_in_its_place(hidden: dict[str, bool]) -> None:
    secret = passages_of({"secret.md": "I earned 95,000 pounds a year at Northwind, in a corner office."}, **hidden)
    passages = LARGE + secret
    rarity = Rarity.of(passages)
    assert find_sources("I earned 95,000 pounds at Northwind.", "What did you earn?", passages, rarity) == ()
    both = [*passages, *passages_of({"open.md": secret[0].text})]
    [source] = find_sources("I earned 95,000 pounds at Northwind.", "What?", both, Rarity.of(both))
    assert source.file == "open.md"


def test_only_what_was_given_is_cited() -> None:
    given = [passage for passage in LARGE if passage.document != "dog.md"]
    assert find_sources("A collie called Biscuit.", "Do you have a dog?", given, Rarity.of(LARGE)) == ()


def test_a_name_that_the_persona_has_is_no_evidence_but_what_else_stands_there_is() -> None:
    persona = Evidence.of("You are the twin of Roger J. Campbell. Outside work I follow Aston Villa.").names
    given = passages_of({"cv.md": "Roger J. Campbell, born in 1971 in Perth.", **TEXTS})
    rarity = Rarity.of(given)
    assert find_sources("I'm Roger J. Campbell, and happy to help.", "Who are you?", given, rarity, persona) == ()
    [source] = find_sources("I'm Roger Campbell, born in Perth in 1971.", "Who are you?", given, rarity, persona)
    assert source.file == "cv.md"


def test_the_quote_is_where_the_answer_stands() -> None:
    filler = "Nothing of interest happened then. " * 6
    passage = Passage("a.md", "A", "", f"{filler}My collie Biscuit was born in Crail. He likes fish. {filler}")
    [source] = find_sources("Biscuit was born in Crail and likes fish.", "Where?", [passage], Rarity.of([passage]))
    assert source.quote == "My collie Biscuit was born in Crail. He likes fish."


def test_a_long_sentence_is_cut_between_words() -> None:
    passage = Passage("a.md", "A", "", f"{'moreover ' * 40}Biscuit was born in Crail {'furthermore ' * 8}".strip())
    [source] = find_sources("Biscuit, in Crail.", "Who?", [passage], Rarity.of([passage]))
    assert "Biscuit was born in Crail" in source.quote
    assert len(source.quote) <= MAX_QUOTE
    assert set(source.quote.split()) <= set(passage.text.split())


def test_front_matter_is_not_quoted() -> None:
    head = "---\ntitle: The dog\ntags:\n  - Biscuit\n- collie\nsummary: Biscuit, a collie of Crail\n---\n"
    for name, is_stripped in (("dog.md", True), ("dog.txt", True), ("dog.html", False)):
        document = Document(name, head + "Biscuit is a collie.")
        assert (document.passages[0].text == "Biscuit is a collie.") is is_stripped
        assert document.render().count("summary: ") == 1


@pytest.mark.parametrize(
    "text",
    [
        "---\nJust a line.\n---\nMore.",
        "---\ntitle: X\nMore.",
        "Text\n---\na: b\n---\n",
        "---\n\na: b\n\n---\n",
        "---\n",
    ],
)
def test_what_may_be_text_is_not_taken_for_front_matter(text: str) -> None:
    found = "\n".join(passage.text for passage in Document("a.md", text).passages)
    assert found.split() == text.split()


WORDS = "Biscuit Crail 2015 1,200 seven collie ada@b.example the . 漢字 の ไทยแลนด์ 서울에 # # (a) Northwind"


@st.composite
def texts(draw: st.DrawFn) -> str:
    words = st.sampled_from([*WORDS.split(), "\n\n", " "])
    parts = draw(st.lists(words | st.text(max_size=12), max_size=60))
    return draw(st.sampled_from([" ", ""])).join(parts)


@given(st.lists(st.tuples(texts(), st.booleans(), st.booleans()), max_size=5), texts(), texts())
def test_every_quote_is_in_a_passage_that_may_be_cited(
    parts: list[tuple[str, bool, bool]], answer: str, question: str
) -> None:
    passages = [
        Passage(f"{n}.md", "Title", "", text, is_private, is_citable)
        for n, (text, is_private, is_citable) in enumerate(parts)
    ]
    sources = find_sources(answer, question, passages, Rarity.of(passages))
    assert len(sources) <= MAX_SOURCES
    for source in sources:
        passage = passages[int(source.file.removesuffix(".md"))]
        assert source.quote in passage.text
        assert 0 < len(source.quote) <= MAX_QUOTE
        assert passage.is_citable
        assert not passage.is_private


@pytest.mark.parametrize(
    "text", ["a" * 20_000, "1,1" * 9_000, "a@" * 9_000, '"' * 20_000 + "A", "A.b" * 7_000, "漢字" * 9_000, "é-" * 9_000]
)
def test_hostile_answers_end(text: str) -> None:
    find_sources(text, text, LARGE, Rarity.of(SMALL))
