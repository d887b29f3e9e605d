"""How PDFs are read that people make with LibreOffice, LaTeX, Chromium and others: which words, and in which order."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from twin.knowledge.documents.extraction import Unreadable
from twin.knowledge.documents.pdf.bidi import is_from_right, read_from_right
from twin.knowledge.documents.pdf.joining import join_lines
from twin.knowledge.documents.pdf.quality import count_broken
from twin.knowledge.documents.readers import read_document

from ...support.documents import new_pdf

FOLDER = Path(__file__).parent / "cvs"
CVS = sorted(FOLDER.glob("*.pdf"), key=lambda path: path.stem)
# What differs by design: addresses are completed, bullets and icons left out. Most files lack the joiners of Persian.
OMITTED = re.compile("https?://|\\([^()\\s]*\\.example/[^()\\s]*\\)|[○•■●\u200c]")
TITLES_LATER = {"chromium-turned-headings"}  # which Chromium writes at the end of the page


@cache
def compare(path: Path) -> tuple[float, float, int]:
    """Return the shares of words, and of pairs of neighbouring words, that are found again; and the number of words."""
    expected = split(path.with_suffix(".txt").read_text())
    found = split(read_document(".pdf", path.read_bytes()).text)
    pairs = Counter(pairwise(expected))
    words_again = sum((Counter(expected) & Counter(found)).values()) / len(expected)
    return words_again, sum((pairs & Counter(pairwise(found))).values()) / pairs.total(), len(expected)


def split(text: str) -> list[str]:
    return OMITTED.sub("", unicodedata.normalize("NFC", text)).casefold().split()


@pytest.mark.parametrize("path", CVS, ids=lambda path: path.stem)
def test_finds_the_words_of_a_document_in_their_order(path: Path) -> None:
    words, pairs, _ = compare(path)
    assert words >= 0.98
    assert pairs >= (0.9 if path.stem in TITLES_LATER else 0.97)


def test_finds_nearly_all_words_of_all_documents() -> None:
    compared = [compare(path) for path in CVS]
    count = sum(total for _, _, total in compared)
    assert sum(words * total for words, _, total in compared) / count >= 0.995
    assert sum(pairs * total for _, pairs, total in compared) / count >= 0.99


@pytest.mark.parametrize("path", CVS, ids=lambda path: path.stem)
def test_says_nothing_of_loss_where_nothing_is_lost(path: Path) -> None:
    assert read_document(".pdf", path.read_bytes()).lost == ()


def why_unreadable(data: bytes) -> str:
    with pytest.raises(Unreadable) as error:
        read_document(".pdf", data)
    return str(error.value)


# Loss


def test_says_which_share_of_words_looks_broken() -> None:
    data = (FOLDER / "chromium-timeline.pdf").read_bytes()
    few = data.replace(b"/ToUnicode", b"/ToNothing", 1)  # a font that does not say which letters it has
    assert read_document(".pdf", few).lost == (
        "9 of 100 words look broken: export it again as PDF from the program that made it",
    )
    assert re.match(r"\d+ of \d+ words look broken: export", why_unreadable(data.replace(b"/ToUnicode", b"/ToNothing")))


def test_says_what_to_do_where_latex_took_pictures_for_fonts() -> None:
    data = (FOLDER.parent / "files" / "engineer-bitmap-fonts.pdf").read_bytes()
    assert why_unreadable(data).endswith(r"compile it again with \usepackage{lmodern}, or with LuaLaTeX")


def test_says_how_many_pages_hold_no_text() -> None:
    pdf = new_pdf()
    pdf.cell(text="The first page of a contract")
    for _ in range(2):
        pdf.add_page()
        pdf.image(Image.new("L", (40, 40), 200), w=100)
    pdf.add_page()  # an empty one is none that was lost
    assert read_document(".pdf", bytes(pdf.output())).lost == ("2 of 4 pages hold no text: they may be scans",)


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("Mitarbeiter*innen C++ C# R&D AT&T 5* a/b https://a.example/~me me@b.example 24×7 don’t naïve", 0),
        ("A plan B, vitamin C, 3 x 4", 0),
        ("Exper*se Be~he M¨uller na\ufffdve fi\x02t Ã©tude", 6),
        ("E d u c a t i o n of mine", 9),
        ("Used with 图书馆python库 to read pa\u7400erns", 1),
        ("Bethechangethatyouwishtoseeintheworldtoday", 1),
    ],
)
def test_counts_words_that_look_broken(text: str, broken: int) -> None:
    assert count_broken(text) == broken


# Lines


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        (".03-555 ןופלט", "טלפון 03-555."),
        ("example.org בותכ", "כתוב example.org"),
        ("2014–2010 ,הרומ", "מורה, 2010–2014"),
        (":Atlas Build (2017–2024) תרבח", "חברת Atlas Build (2017–2024):"),
        ("Python 3 תפש", "שפת Python 3"),
        ("(2017) הגרד", "דרגה (2017)"),
        ("+972 52 555 0193 :ןופלט", "טלפון: +972 52 555 0193"),
    ],
)
def test_reads_lines_from_the_right(seen: str, read: str) -> None:
    assert read_from_right(list(seen)) == read


@pytest.mark.parametrize(
    ("seen", "in_english", "in_hebrew"),
    [
        (".2009 זאמ תמגרתמ ינא", True, True),
        ("(ברעב) rania@example.jo :תבותכ", True, True),
        ("The word םולש means peace", False, False),
        ("the word is םולש", False, True),
        ("Intel-ב יתדבע", True, True),
        ("2019", False, True),
        ("Atlas Build", False, True),
    ],
)
def test_decides_for_each_line_from_where_it_is_read(seen: str, in_english: bool, in_hebrew: bool) -> None:
    assert (is_from_right(seen, is_page=False), is_from_right(seen, is_page=True)) == (in_english, in_hebrew)


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("the infra-", "structure of", ["the infrastructure", "of"]),
        ("a well-", "known", ["a well-known"]),
        ("by Müller-", "Lüdenscheidt", ["by Müller-Lüdenscheidt"]),
        ("the INTERNA-", "TIONAL one", ["the INTERNATIONAL", "one"]),
        ("a state-of-the-", "art", ["a state-of-the-art"]),
        ("Elektro-", "und Gastechnik", ["Elektro-", "und Gastechnik"]),
        ("from 2013–", "2019", ["from 2013–2019"]),
        ("see https://a.example/tide-", "tables", ["see https://a.example/tide-tables"]),
        ("see a.example/long/", "path/of.html, please", ["see a.example/long/path/of.html,", "please"]),
        ("write to jo@quarter-", "deck.example", ["write to jo@quarter-deck.example"]),
        ("write to jo-", "ann@deck.example", ["write to jo-ann@deck.example"]),
        ("depuis dix-", "huit ans", ["depuis dix-huit", "ans"]),
        ("so it ended -", "then", ["so it ended -", "then"]),
        ("it ended.", "Then", ["it ended.", "Then"]),
        ("write to jo.ann@deck.exam", "ple now", ["write to jo.ann@deck.example", "now"]),
        ("jo.ann@quar", "ter.deck.example", ["jo.ann@quarter.deck.example"]),
        ("https://deck.exa", "mple/tides", ["https://deck.example/tides"]),
        ("git.example/wil", "liams/tides, please", ["git.example/williams/tides,", "please"]),
        ("doi.org/10.10", "16/j.tides.20", ["doi.org/10.1016/j.tides.20"]),
        ("deck.example/tid", "es", ["deck.example/tid", "es"]),  # where the line has room for more
        ("jo@deck.example", "jan@deck.example", ["jo@deck.example", "jan@deck.example"]),
        ("git.example/jo", "deck.example/jo", ["git.example/jo", "deck.example/jo"]),
        ("jo@deck.example", "carpenter", ["jo@deck.example", "carpenter"]),
        ("deck.example/jo", "and/or", ["deck.example/jo", "and/or"]),
        ("Write to me at", "jo@deck.example", ["Write to me at", "jo@deck.example"]),
    ],
)
def test_joins_what_a_line_end_parts(above: str, below: str, joined: list[str]) -> None:
    assert join_lines([above, below], set()) == joined


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("deck.example/tid", "es", ["deck.example/tides"]),
        ("deck.example/tides/", "north", ["deck.example/tides/north"]),
        ("jo.an", "n@deck.example", ["jo.ann@deck.example"]),
        ("deck.example/jo", "Lisbon", ["deck.example/jo", "Lisbon"]),
        ("jo@deck.example", "carpenter", ["jo@deck.example", "carpenter"]),
    ],
)
def test_joins_an_address_that_fills_its_line(above: str, below: str, joined: list[str]) -> None:
    assert join_lines([above, below], set(), [True, False]) == joined


def test_joins_an_address_where_a_link_knows_it() -> None:
    lines = ["see git.example/jowil", "liams/tides for more"]
    assert join_lines(lines, {"git.example/jowilliams/tides"}) == ["see git.example/jowilliams/tides", "for more"]
