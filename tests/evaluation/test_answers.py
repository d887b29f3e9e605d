"""Outcomes: the answers that count as held, and the faults of the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.evaluation import Case, judge
from twin.evaluation.matching import find
from twin.memory import Annotations, CitedSource
from twin.turn import Reply

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1).filter(str.strip)


@pytest.mark.parametrize(
    ("expected", "answer", "found"),
    [
        ("in fife", "I live IN\n  Fife.", "in fife"),
        ("Straße", "In der STRASSE", "Straße"),
        ("I don't know", "Well, I don’t know.", "I don't know"),
        ("“quoted”", 'It is "quoted".', "“quoted”"),
        ("Caf\u0065\u0301", "the Caf\u00e9", "Caf\u0065\u0301"),
        ("ABC 12", "ＡＢＣ　１２", "ABC 12"),
        ("state-of-the-art", "a state\u2011of\u2011the\u2011art thing", "state-of-the-art"),
        ("Fife", "I live in Leith.", None),
        ("/fife|leith/", "I live in Leith.", "Leith"),
        (r"/\bAI\b/", "He said so.", None),
        (r"/\bAI\b/", "I like ai.", "ai"),
        ("/a b/", "A\n\tB", "A B"),
        ("/don’t/", "I don't", "don't"),
        (r"/^\W*yes\W*$/", "**Yes**\n", "**Yes**"),
        ("/x*/", "none of it", ""),
        ("/", "a/b", "/"),
        ("//", "http://a", "//"),
        ("/home/roger", "in /home/roger/", "/home/roger"),
    ],
)
def test_finds_what_is_expected(expected: str, answer: str, found: str | None) -> None:
    assert find(expected, answer) == found


@given(TEXT, TEXT, TEXT)
def test_finds_every_text_wherever_it_stands(before: str, text: str, after: str) -> None:
    assert find(text, f"{before} {text} {after}") == text


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))
def test_case_makes_no_difference(text: str) -> None:
    assert find(text.upper(), text.lower()) is not None
    assert find(f"/{text.lower()}/", text.upper()) is not None


def cite(*sources: tuple[str, str, str]) -> Annotations:
    return Annotations(sources=[CitedSource(title=title, file=file, quote=quote) for title, file, quote in sources])


def test_says_all_that_is_wrong_with_an_answer() -> None:
    case = Case(question="?", must=("Fife", "/St/"), must_not=("Leith", r"/\d+ euros/"), source="cv.md")
    reply = Reply("In Leith, for 20 Euros.", "session", "stop", cite(("Notes", "notes.md", "Leith")))
    outcome = judge(case, reply)
    assert outcome.holds is False
    assert outcome.faults == (
        "lacks “Fife”",
        "lacks “/St/”",
        "holds “Leith”",
        "holds “20 Euros”",
        "cites notes.md, not cv.md",
    )
    assert judge(case, Reply("x", "session", "stop")).faults[-1] == "cites nothing, not cv.md"


@pytest.mark.parametrize(
    ("file", "named", "holds"),
    [
        ("cv.md", "CV.md", True),
        ("work/cv.md", "cv.md", True),
        ("work/cv.md", "work/cv.md", True),
        ("my-cv.md", "cv.md", False),
        ("cv.md", "work/cv.md", False),
    ],
)
def test_a_source_is_named_with_its_folder_or_without(file: str, named: str, holds: bool) -> None:
    sources = cite(("A", "a.md", "…"), ("CV", file, "…"))
    outcome = judge(Case(question="?", source=named), Reply("Yes.", "session", "stop", sources))
    assert outcome.holds is holds
    assert outcome.sources == ("a.md", file)
