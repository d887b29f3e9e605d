"""The passages that sentences of an answer rest on, what is quoted of them, and what is cited to nobody."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.grounding.support import Claims, Facts
from twin.knowledge.documents.library import Document
from twin.knowledge.passages import Passage, make_passages
from twin.knowledge.sources import MAX_QUOTE, MAX_SOURCES, Basis, Citable, find_sources
from twin.prompt.persona import cite_persona

from ..support.passages import LARGE, SMALL, TEXTS, passages_of

LED = "How many people did you lead at Northwind?"
PERSONA = (
    "You are the twin of Roger J. Campbell. I live in Crail. I follow Aston Villa outside work. "
    "Never speak of my brother Ned. My boat lies in Pittenweem, but say nothing of it."
)


def cite(
    answer: str,
    question: str = "Tell me more.",
    passages: Sequence[Passage] = LARGE,
    persona: str = "",
    found: Sequence[str] = (),
) -> Basis:
    """What an answer rests on; `found` are the documents that the search found for the question."""
    given, citable = Citable(tuple(passages)), Citable(tuple(cite_persona(persona)))
    claims = Claims.read(answer, question, given.facts, [Facts.of(persona)], 2026)
    hits = [passage for name in found for passage in passages if passage.document == name]
    ranks = {passage.key: place for place, passage in enumerate(hits)}
    return find_sources(claims, question, given, citable, ranks, claims.find_unsupported())


def files(
    answer: str,
    question: str = "Tell me more.",
    passages: Sequence[Passage] = LARGE,
    persona: str = "",
    found: Sequence[str] = (),
) -> list[str]:
    return [source.file for source in cite(answer, question, passages, persona, found).sources]


USED = {
    "a number written out": ("Seven people.", LED, "career.md"),
    "the number in digits": ("I led 7 of them.", LED, "career.md"),
    "years": ("From 2015 to 2019.", "When were you at Northwind?", "career.md"),
    "a number with other marks": ("It had 1 200 employees.", "Was it large?", "firm.md"),
    "a name alone": ("He is called Biscuit!", "What is your dog called?", "dog.md"),
    "rare words in another order": ("My thesis? Sparse matrices, mostly.", "What was your thesis on?", "studies.md"),
    "inflected words": ("I scheduled harbours with seven others.", "What did you build?", "career.md"),
    "a paraphrase": ("There were 7 of us, and we wrote software for scheduling a harbour.", LED, "career.md"),
    "Markdown": ("* **Biscuit**, a _collie_", "Pets?", "dog.md"),
}


@pytest.mark.parametrize("passages", [SMALL, LARGE], ids=["few", "many"])
@pytest.mark.parametrize(("answer", "question", "file"), USED.values(), ids=USED.keys())
def test_what_was_used_is_cited_and_nothing_else(
    answer: str, question: str, file: str, passages: list[Passage]
) -> None:
    assert files(answer, question, passages) == [file]


@pytest.mark.parametrize(
    ("answer", "question", "file"),
    [
        ("A collie.", "Do you have a dog?", "dog.md"),
        ("By mail: ada@fife.example.", "How do I reach you?", "contact.md"),
    ],
)
def test_of_what_was_found_for_the_question_less_is_enough(answer: str, question: str, file: str) -> None:
    assert files(answer, question) == []
    assert files(answer, question, found=[file]) == [file]


UNUSED = {
    "a greeting": ("I'm happy to help, ask me anything!", "Hi"),
    "not knowing": ("I don't know.", LED),
    "a regret": ("I'm sorry, but I cannot say how many people that were. Is there anything else?", LED),
    "the question again": ("You ask how many people I led at Northwind?", LED),
    "the question affirmed": ("Yes, I did lead people at Northwind.", "Did you lead people at Northwind?"),
    "a file's name": ("See dog.md and studies/career.md for all of it.", "Do you have a dog?"),
    "a title": ("That is in Career, and in Dog.", "Where have you been?"),
    "one ordinary word": ("I like the morning.", "When do you get up?"),
    "a list's numbers": ("7. Yes\n8. No", LED),
    "what stands nowhere": ("I flew to Jupiter with Zorblax in 1742.", "Where were you?"),
    "another number": ("I led eight people at Northwind.", LED),
    "another unit": ("I was at Northwind for seven years.", "How long were you at Northwind?"),
    "another name": ("My dog is a collie called Rex.", "What is your dog called?"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("passages", [SMALL, LARGE], ids=["few", "many"])
@pytest.mark.parametrize(("answer", "question"), UNUSED.values(), ids=UNUSED.keys())
def test_what_was_not_used_is_not_cited(answer: str, question: str, passages: list[Passage]) -> None:
    assert files(answer, question, passages) == []


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            "Yes, I write production code for Northwind.",
            "I do not write production code; I read Northwind's.",
        ),
        ("There is no advertising in Puffin.", "Puffin has advertising: what families see is advertising."),
        ("In der Werkstatt läuft das Radio.", "In der Werkstatt läuft kein Radio, und das ist gut so."),
        ("Je vends des bateaux à Brest.", "Je ne vends pas de bateaux à Brest, je les loue."),
    ],
)
def test_a_sentence_is_not_cited_for_its_opposite(answer: str, text: str) -> None:
    passages = [Passage("a.md", "A", "", text), *LARGE]
    assert files(answer, "?", passages) == []
    assert files(text, "?", passages) == ["a.md"]


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
        "Я преподавал алгебру в Москве.",
    ),
    "Chinese": (
        {"a.md": "我在杭州的西湖大学教了三年量子物理。", "b.md": "我的爱好是弹吉他和种番茄。"},
        "我在西湖大学教量子物理。",
        "我在北京大学教化学。",
    ),
    "Japanese": (
        {"a.md": "京都で十年間、陶芸を教えていました。", "b.md": "趣味は登山と将棋です。よろしくお願いします。"},
        "京都で陶芸を教えました。",
        "わかりません。よろしくお願いします。",
    ),
    "Thai": (
        {"a.md": "ฉันสอนคณิตศาสตร์ที่มหาวิทยาลัยเชียงใหม่", "b.md": "งานอดิเรกของฉันคือปลูกกล้วยไม้"},
        "สอนคณิตศาสตร์ที่เชียงใหม่",
        "ฉันชอบกินข้าวผัด",
    ),
    "Korean": (
        {"a.md": "저는 부산에서 해양생물학을 연구했습니다.", "b.md": "취미는 등산과 바둑입니다."},
        "부산에서 해양생물학을 공부했어요.",
        "저는 서울에서 피아노를 배웠습니다.",
    ),
    "Arabic": (
        {"a.md": "درست الهندسة المعمارية في جامعة القاهرة عام ٢٠٠٩.", "b.md": "أحب الشطرنج والطبخ في المساء."},
        "في جامعة القاهرة، الهندسة المعمارية، عام 2009.",
        "أعيش في دبي مع كلبي.",
    ),
    "Hindi": (
        {"a.md": "मैंने जयपुर में संस्कृत व्याकरण पढ़ाया।", "b.md": "मुझे क्रिकेट और चित्रकारी पसंद है।"},
        "जयपुर में संस्कृत व्याकरण।",
        "मैं दिल्ली में रहता हूँ।",
    ),
}


@pytest.mark.parametrize(("texts", "used", "unused"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_any_language_is_cited(texts: dict[str, str], used: str, unused: str) -> None:
    passages = passages_of(texts)
    assert files(used, "?", passages) == ["a.md"]
    assert files(unused, "?", passages) == []


@pytest.mark.parametrize(
    ("answer", "question", "file"),
    [
        ("Ich leitete sieben Leute bei Northwind.", "Wie viele Leute hast du geleitet?", "career.md"),
        ("Ja, einen Collie, und mit ihm gehe ich durch Fife.", "Hast du einen Hund?", "dog.md"),
        ("Chez Northwind, de 2015 à 2019.", "Où étais-tu ?", "career.md"),
        ("Northwind tenía 1.200 empleados en Dundee.", "¿Cuántos empleados tenía?", "firm.md"),
    ],
)
def test_an_answer_in_another_language_is_cited_by_its_names_and_numbers(answer: str, question: str, file: str) -> None:
    assert files(answer, question) == [file]


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
def test_a_name_is_enough(answer: str, question: str, file: str) -> None:
    assert files(answer, question, passages_of(NAMES)) == [file]


def test_each_sentence_has_its_source_in_the_order_of_the_answer() -> None:
    dog, career = "My collie Biscuit loves the beaches of Fife.", "I led seven people at Northwind from 2015."
    for first, second, expected in ((dog, career, ["dog.md", "career.md"]), (career, dog, ["career.md", "dog.md"])):
        answer = f"Well \U0001f642! {first} {second}"
        sources = cite(answer).sources
        assert [source.file for source in sources] == expected
        supported = [[answer[start:end] for start, end in source.supports] for source in sources]
        assert supported == [[first], [second]]


def test_one_source_of_several_sentences_is_named_once_with_all_of_them() -> None:
    answer = "- I led seven people at Northwind.\n- From 2015 to 2019.\n- My dog is called Biscuit."
    first, second = cite(answer, "Who are you?").sources
    assert [answer[start:end] for start, end in first.supports] == [
        "I led seven people at Northwind.",
        "From 2015 to 2019.",
    ]
    assert second.file == "dog.md"


def test_a_question_of_the_twins_rests_on_nothing() -> None:
    assert files("Did I tell you that I led seven people at Northwind?") == []
    assert files("I led seven people at Northwind. Shall I tell you of it?") == ["career.md"]


def test_a_paragraph_with_something_that_stands_nowhere_has_no_source() -> None:
    told, made_up = "I led seven people at Northwind.", "The harbour was built by Zorblax."
    assert files(f"{told} {made_up}") == []
    [source] = cite(f"{made_up}\n\n{told}").sources
    assert (source.file, source.supports) == ("career.md", [(len(made_up) + 2, len(made_up) + 2 + len(told))])


def test_of_those_that_say_the_same_one_is_cited() -> None:
    copies = TEXTS | {"copy.md": TEXTS["career.md"], "part.md": "At Northwind I led a team."}
    assert files("I led seven people at Northwind from 2015 to 2019.", LED, passages_of(copies)) == ["career.md"]


def test_no_more_than_the_first_eight_are_cited() -> None:
    names = [
        "Falconer",
        "Quillon",
        "Marrick",
        "Tessaly",
        "Brannoch",
        "Ulvaren",
        "Dostrum",
        "Ysolde",
        "Nimbrel",
        "Corvane",
    ]
    passages = passages_of({f"{n}.md": f"One project was {name}, another {name}beta." for n, name in enumerate(names)})
    found = files(" ".join(f"There was {name}." for name in names), "Which projects?", passages)
    assert found == [f"{n}.md" for n in range(MAX_SOURCES)]


def test_a_word_of_the_heading_counts_too() -> None:
    text = "# Jobs\n\n## Engineer at Contoso, 1998\n\nIt went well.\n\n## Baker at Fabrikam, 2003\n\nIt rose."
    [source] = cite("I baked at Fabrikam in 2003.", "When?", list(make_passages("cv.md", "Jobs", text))).sources
    assert (source.title, source.file, source.quote, source.supports) == ("Jobs", "cv.md", "It rose.", [(0, 28)])


@pytest.mark.parametrize("hidden", [{"is_private": True}, {"is_citable": False}], ids=["private", "cite: no"])
def test_what_is_not_shown_is_not_cited_but_known(hidden: dict[str, bool]) -> None:
    secret = passages_of({"secret.md": "I earned 95,000 pounds a year at Northwind, in a corner office."}, **hidden)
    told = "I earned 95,000 pounds at Northwind."
    basis = cite(told, "What did you earn?", [*LARGE, *secret])
    assert (basis.sources, basis.is_known) == ((), True)
    both = [*LARGE, *secret, *passages_of({"open.md": secret[0].text})]
    assert files(told, "What?", both) == ["open.md"]


def test_only_what_was_given_is_cited() -> None:
    given = [passage for passage in LARGE if passage.document != "dog.md"]
    basis = cite("A collie called Biscuit.", "Do you have a dog?", given)
    assert (basis.sources, basis.is_known) == ((), False)


@pytest.mark.parametrize(
    ("answer", "quote"),
    [
        ("I live in Crail.", "I live in Crail."),
        ("Aston Villa, since I was a boy.", "I follow Aston Villa outside work."),
    ],
)
def test_what_the_owner_says_in_the_persona_is_cited(answer: str, quote: str) -> None:
    [source] = cite(answer, "Tell me more.", LARGE, PERSONA).sources
    assert (source.title, source.file, source.quote) == ("About me", "me.txt", quote)


@pytest.mark.parametrize("answer", ["I'm Roger J. Campbell.", "Ned is my brother.", "It lies in Pittenweem."])
def test_what_the_persona_tells_the_model_to_do_is_not(answer: str) -> None:
    assert files(answer, "Tell me more.", LARGE, PERSONA) == []


def test_a_document_is_cited_rather_than_the_persona() -> None:
    passages = [*LARGE, *passages_of({"club.md": "My club is Aston Villa, and I never miss a match."})]
    assert files("I never miss a match of Aston Villa.", "Which club?", passages, PERSONA) == ["club.md"]


def test_a_name_that_the_persona_has_is_no_sign_of_a_document_but_what_else_stands_there_is() -> None:
    passages = passages_of(
        {"cv.md": "Roger J. Campbell, born in 1971 in Perth.", "walk.md": "Roger J. Campbell walks."}
    )
    assert files("I'm Roger Campbell, born in Perth in 1971.", "Who are you?", passages, PERSONA) == ["cv.md"]


def test_the_quote_is_where_the_answer_stands() -> None:
    filler = "Nothing of interest happened then. " * 6
    passage = Passage("a.md", "A", "", f"{filler}My collie Biscuit was born in Crail. He likes fish. {filler}")
    [source] = cite("Biscuit was born in Crail and likes fish.", "Where?", [passage]).sources
    assert source.quote == "My collie Biscuit was born in Crail. He likes fish."


def test_a_long_sentence_is_cut_between_words() -> None:
    passage = Passage("a.md", "A", "", f"{'moreover ' * 40}Biscuit was born in Crail {'furthermore ' * 8}".strip())
    [source] = cite("Biscuit, in Crail.", "Who?", [passage]).sources
    assert "Biscuit was born in Crail" in source.quote
    assert len(source.quote) <= MAX_QUOTE
    assert set(source.quote.split()) <= set(passage.text.split())


@pytest.mark.parametrize(
    ("file", "text", "quote"),
    [
        ("a.md", "- I play the Celtic harp.\n- Bread is baked on Sundays.", "I play the Celtic harp."),
        ("a.md", "> I play the Celtic harp.", "I play the Celtic harp."),
        ("a.json", '{"instrument": "Celtic harp",\n "hobbies": ["sailing"]}', "instrument: Celtic harp"),
    ],
)
def test_a_quote_has_no_marks_of_lists_or_data(file: str, text: str, quote: str) -> None:
    [source] = cite("I play the Celtic harp.", "Which instrument?", passages_of({file: text})).sources
    assert source.quote == quote


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


WORDS = "Biscuit Crail 2015 1,200 seven collie ada@b.example the . 漢字 の ไทยแลนด์ 서울에 # # (a) Northwind 7% ? **"


@st.composite
def texts(draw: st.DrawFn) -> str:
    words = st.sampled_from([*WORDS.split(), "\n\n", " "])
    parts = draw(st.lists(words | st.text(max_size=12), max_size=60))
    return draw(st.sampled_from([" ", ""])).join(parts)


@settings(max_examples=100)
@given(st.lists(st.tuples(texts(), st.booleans(), st.booleans()), max_size=5), texts(), texts(), texts())
def test_every_quote_is_in_a_passage_that_may_be_cited_and_every_span_in_the_answer(
    parts: list[tuple[str, bool, bool]], answer: str, question: str, persona: str
) -> None:
    passages = [
        Passage(f"{n}.md", "Title", "", text, is_private, is_citable and not is_private)
        for n, (text, is_private, is_citable) in enumerate(parts)
    ]
    basis = cite(answer, question, passages, persona)
    assert len(basis.sources) <= MAX_SOURCES
    assert basis.is_known or not basis.sources
    for source in basis.sources:
        assert len(source.quote) <= MAX_QUOTE
        assert source.supports
        for start, end in source.supports:
            assert answer[start:end].strip() == answer[start:end] != ""
        if source.file == "me.txt":
            assert source.quote in persona
        else:
            passage = passages[int(source.file.removesuffix(".md"))]
            assert source.quote in passage.text
            assert passage.is_citable


HOSTILE = ["a" * 8_000, "a@" * 2_000, '"' * 8_000 + "A", "A.b" * 2_000, "é-" * 2_000]


@pytest.mark.parametrize(
    "text", ["1,1" * 2_000, "漢字" * 2_000, *(pytest.param(text, marks=pytest.mark.soak) for text in HOSTILE)]
)
def test_hostile_answers_end(text: str) -> None:
    cite(text, text, [*LARGE, Passage("a.md", "", "", text)], text)
