"""The numbers and the lines in an answer stand where its Markdown has them, and change nothing else in it."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page

from ...support.service import Service

# Draws each answer with its support and without, as the page does, in its own modules.
DRAW = """async (turns) => {
  const base = document.querySelector("script[type=module]").src;
  const load = (name) => import(new URL(name, base));
  const [{ Markdown }, { readSupport }, { annotate }] = await Promise.all(
    ["markdown.js", "support.js", "annotations.js"].map(load));
  return turns.map((turn) => {
    const [plain, answer] = [document.createElement("div"), document.createElement("div")];
    new Markdown(plain).draw(turn.answer);
    const support = readSupport(turn);
    new Markdown(answer).draw(turn.answer, support.places);
    annotate(answer, support);
    const read = answer.cloneNode(true);
    for (const button of read.querySelectorAll(".footnotes button")) button.append(`[${button.dataset.sign}]`);
    for (const words of read.querySelectorAll(".unsupported")) words.replaceChildren("<", ...words.childNodes, ">");
    const numbers = answer.querySelectorAll(".footnotes button:not([data-sign='?'])").length;
    const nested = answer.querySelectorAll(":is(a, code, pre) button").length;
    for (const notes of answer.querySelectorAll(".footnotes")) notes.remove();
    for (const words of answer.querySelectorAll(".unsupported")) words.replaceWith(...words.childNodes);
    for (const block of answer.querySelectorAll(".aside")) block.remove();
    return {
      read: read.textContent, plain: plain.innerHTML, cleared: answer.innerHTML, numbers, nested,
      cited: support.citations.flatMap(({ sources }) => sources).length,
    };
  });
}"""

DEEP = "> " * 40
# In a text a source supports what is between ⟦ and ⟧, and none what is between the marks of a single quotation. In what
# is read of it, the numbers of sources and the question marks stand in brackets, and lines are spaces.
TEXTS: dict[str, tuple[str, str]] = {
    "a paragraph": ("⟦One two.⟧ ⟦Three.⟧", "One two.[1] Three.[2]"),
    "with its white space": ("⟦One. ⟧Two.\n\n⟦Three.\n\n⟧Four.", "One.[1] Two. Three.[2] Four."),
    "emoji": ("👩🏽‍⚕️ ⟦𝒳 is 7 😀.⟧ 😀 ‹Ada› 😀", "👩🏽‍⚕️ 𝒳 is 7 😀.[1] 😀 <Ada>[?] 😀"),
    "lines of Windows": ("A\r\nb\r\n\r\n⟦C d.⟧\r\n\r\n‹E› f", "Ab C d.[1] <E>[?] f"),
    "marks of direction": ("\u202aA\u202c \u2067⟦b c.⟧\u2069 ‹d›", "A b c.[1] <d>[?]"),
    "bold to its end": ("⟦It is **Twin.**⟧ Next.", "It is Twin.[1] Next."),
    "bold that goes on": ("**⟦One.⟧ Two.**", "One.[1] Two."),
    "what is no bold, before a letter": ("⟦**Twin.**⟧Next", "**Twin.**[1]Next"),
    "words in bold": (
        "At **‹Acme Corp›** and ‹**Acme**› and __‹Acme›__.",
        "At <Acme Corp>[?] and <Acme>[?] and <Acme>[?].",
    ),
    "words over bold": ("At ‹Acme **Corp› Ltd**.", "At <Acme ><Corp>[?] Ltd."),
    "emphasis by lines": ("_⟦One two._⟧ ‹_Three_› four", "One two.[1] <Three>[?] four"),
    "a link at the end": ("⟦See [it](https://a.example/b).⟧ Next", "See it.[1] Next"),
    "a link as the end": ("⟦See [it](https://a.example/b)⟧ next", "See it[1] next"),
    "an end in a link": ("⟦See [it.⟧ now](https://a.example/b) next", "See it. now[1] next"),
    "an end in an address": ("⟦See [it](https://a.⟧example/b) next", "See it[1] next"),
    "a link's words": ("At [‹Acme›](https://a.example) and ‹[Acme](https://a.example)›", "At <Acme>[?] and <Acme>[?]"),
    "words of an address": ("At [it](https://‹a.example›/b) now", "At <it>[?] now"),
    "words over a link": ("At ‹the [Acme](https://a.example) Corp›", "At <the ><Acme>< Corp>[?]"),
    "a bare address": (
        "⟦See https://a.example/b⟧ and ⟦www.b.example.⟧",
        "See https://a.example/b[1] and www.b.example.[2]",
    ),
    "within brackets": ("(⟦See https://a.example/b⟧) now", "(See https://a.example/b[1]) now"),
    "within a bare address": ("See https://a.example/‹2027›/b now", "See <https://a.example/2027/b>[?] now"),
    "an end within one": ("⟦See https://a.⟧example/b now", "See https://a.example/b[1] now"),
    "an e-mail address": ("⟦Write to ‹ada@a.example›.⟧", "Write to <ada@a.example>[?].[1]"),
    "an address in brackets": (
        "⟦See <https://a.example>.⟧ ‹<https://b.example>›",
        "See https://a.example.[1] <https://b.example>[?]",
    ),
    "code": ("⟦Use `a.b`⟧ or `‹c›` or ⟦`d. e`⟧", "Use a.b[1] or <c>[?] or d. e[2]"),
    "an end within code": ("⟦Use `a.⟧b` now", "Use a.b[1] now"),
    "a fenced block": ("⟦One:\n```py\na = 1\n```\n⟧\nTwo", "One: a = 1 [1] Two"),
    "a fence as the end": ("One\n\n```\n⟦a = ‹7›\n```⟧", "One a = <7> [?][1]"),
    "an indented block": ("One\n\n    ⟦code.⟧\n\nTwo", "One code. [1] Two"),
    "a list": ("- ⟦One.⟧\n- ⟦Two **b**⟧\n- c\n\n⟦End.⟧", "One.[1] Two b[2] c End.[3]"),
    "a list with its marks": ("⟦- One.\n⟧⟦- Two.⟧\n\n‹1. Three›", "One.[1] Two.[2] Three"),
    "a list of lists": ("1. ⟦One\n   - two\n   - three⟧\n2. four", "One two three[1] four"),
    "tasks": ("- [ ] ⟦One.⟧\n- [x] ‹Two›", "One.[1] <Two>[?]"),
    "a heading": ("# ⟦One two⟧ #\n⟦## Three ##⟧\n‹Four›\n---\n", "One two[1] Three[2] <Four>[?]"),
    "an underlined heading": ("⟦One two\n---⟧\n", "One two[1]"),
    "a quote": ("> ⟦One\n> two.⟧\n\n⟦> Three.⟧", "Onetwo.[1] Three.[2]"),
    "a table": ("| a | b |\n|---|---|\n| ⟦One.⟧ | ⟦Two. |⟧\n| ‹c› | ‹d |›", "a b One.[1] Two.[2] <c>[?] <d>[?]"),
    "over cells": ("| a | b |\n|---|---|\n| ‹c | d› |", "a b c d"),
    "a table to its line": ("| a |\n|---⟦|⟧\n| c |", "a c [1]"),
    "over paragraphs": ("‹One\n\ntwo›", "One two"),
    "HTML": ("⟦One <b>two</b>⟧<br>three ⟦<i>four⟧</i> <sub‹x›>", "One two[1]three four[2] <<subx>>[?]"),
    "an end within a tag": ("⟦One <b⟧>two</b> three.", "One two[1] three."),
    "references": ("⟦A &amp⟧; b ‹&lt;c&gt;› ⟦&#65;.⟧", "A &[1] b <<c>>[?] A.[2]"),
    "private characters": ("\ue000 ⟦One\ue001.⟧ &#xe002;&#57347; ‹two›", "\ue000 One\ue001.[1] \ue002\ue003 <two>[?]"),
    "escaped marks": ("⟦\\*One\\*⟧ \\‹_two_›", "*One*[1] _<two>[?]_"),
    "a definition": ("[it][1]\n\n⟦[1]: https://a.example⟧", "it[1]"),
    "a line by itself": ("One\n\n⟦---⟧\n\nTwo", "One [1]Two"),
    "a picture": ("⟦One ![‹two›](https://a.example/b.png).⟧", "One <two>[?].[1]"),
    "from right to left": ("⟦שלום עולם.⟧ ‹ליסבון› שם", "שלום עולם.[1] <ליסבון>[?] שם"),
    "too deep to be drawn": (
        "> > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > ⟦**One.**⟧ ‹Two›",
        "> > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > **One.[1]** <Two>[?]",
    ),
}
MARKS = "⟦⟧‹›"
PARTS = (
    *(
        "One two. ",
        "three",
        "\n",
        "\n\n",
        "**",
        "*",
        "_",
        "`",
        "```\n",
        "- ",
        "1. ",
        "> ",
        "# ",
        "| a | b |\n|--|--|\n",
    ),
    *("| ", " |\n", "[it](https://a.example/b.c)", "https://a.example/b. ", "<b>", "</b>", "&amp;", "\\", "    ", "~~"),
    *(
        "[1]",
        "\n[1]: https://a.example\n",
        "😀",
        "\r\n",
        "---\n",
        "שלום. ",
        "<",
        "![a](b)",
        "\t",
        ": ",
        "\u202e",
        "a@b.example",
    ),
)


@pytest.fixture
def page(page: Page, gunicorn: Service) -> Page:
    page.goto(gunicorn.url)
    return page


def read_marks(text: str) -> dict[str, Any]:
    """Return a turn with the answer and the support that a text with `MARKS` tells of."""
    answer, opened, found = "", {}, {"⟧": [], "›": []}
    for part in re.split(f"([{MARKS}])", text):
        if part in ("⟦", "‹"):
            opened[{"⟦": "⟧", "‹": "›"}[part]] = len(answer)
        elif part in found:
            found[part].append([opened[part], len(answer)])
        else:
            answer += part
    return {
        "answer": answer,
        "sources": [
            {"title": f"T{number}", "file": "f", "quote": "q", "supports": [span]}
            for number, span in enumerate(found["⟧"])
        ],
        "unsupported": [{"text": answer[start:end], "start": start, "end": end} for start, end in found["›"]],
    }


def make_turn(random: Random) -> dict[str, Any]:
    answer = "".join(random.choices(PARTS, k=random.randint(1, 25)))
    spans = [sorted(random.choices(range(len(answer) + 1), k=2)) for _ in range(random.randint(1, 8))]
    half = len(spans) // 2
    return {
        "answer": answer,
        "sources": [
            {"title": "T", "file": "f", "quote": str(at), "supports": [span]} for at, span in enumerate(spans[half:])
        ],
        "unsupported": [{"text": "x", "start": start, "end": end} for start, end in spans[:half]],
    }


def test_each_is_in_its_place(page: Page) -> None:
    drawn = page.evaluate(DRAW, [read_marks(text) for text, _ in TEXTS.values()])
    read = dict(zip(TEXTS, (" ".join(each["read"].split()) for each in drawn), strict=True))
    assert read == {name: expected for name, (_, expected) in TEXTS.items()}
    assert [each["cleared"] for each in drawn] == [each["plain"] for each in drawn]
    assert not any(each["nested"] for each in drawn)


def test_in_any_text_none_is_lost_and_nothing_else_changes(page: Page) -> None:
    random = Random(1)
    turns = [make_turn(random) for _ in range(500)]
    for turn, drawn in zip(turns, page.evaluate(DRAW, turns), strict=True):
        assert drawn["cleared"] == drawn["plain"], turn
        assert drawn["numbers"] == drawn["cited"], turn
        assert drawn["nested"] == 0, turn
