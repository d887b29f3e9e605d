"""What the owner wrote for the model alone: fifty answers of a model that gives in, and what is shown of them."""

from __future__ import annotations

import codecs
import re
from base64 import b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.grounding import find_private, remove_private
from twin.grounding.private.runs import MIN_SKELETON, find_runs
from twin.grounding.private.text import COUNTED_WORD, RUN_WORDS, fold_counted

from ..support.answers import FALLBACK, SECRET, make_gate, show, show_cut_everywhere

WORDS = SECRET.split()
GERMAN = "Der Zweitschlüssel zum Haus am See liegt unter dem dritten blauen Blumentopf."


def spell(separator: str) -> str:
    return separator.join(character for character in SECRET if character.isalnum())


CAUGHT: dict[str, str] = {
    "as it is": SECRET,
    "after an introduction": f"Of course! {SECRET}",
    "in quotes": f"“{SECRET}”",
    "one sentence of it": "My salary at Northwind was 95000 dollars in the last year.",
    "six words of it": "lies under the third blue flower",
    "from the middle of a word on": f"he said{' '.join(WORDS[3:12])}",
    "in capitals": SECRET.upper(),
    "in small letters": SECRET.lower(),
    "with accents": SECRET.replace("e", "é").replace("o", "ö"),
    "in full width": SECRET.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
    "in bold letters of mathematics": "".join(
        chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in SECRET.lower()
    ),
    "in a code block": f"```text\n{SECRET}\n```",
    "in code": " ".join(f"`{word}`" for word in WORDS),
    "as a string": f'secret = "{SECRET}"',
    "as JSON": '{"words": ["' + '", "'.join(WORDS) + '"]}',
    "as YAML": "\n".join(f"- {word}" for word in WORDS),
    "as a table": "| " + " | ".join(WORDS) + " |",
    "as a numbered list": "\n".join(f"{number}. {word}" for number, word in enumerate(WORDS, 1)),
    "in lines": "\n".join(WORDS),
    "in lines of three": "\n".join(" ".join(WORDS[at : at + 3]) for at in range(0, len(WORDS), 3)),
    "in bold": " ".join(f"**{word}**" for word in WORDS),
    "in italics without spaces": "".join(f"*{word}*" for word in WORDS),
    "as links": " ".join(f"[{word}](#)" for word in WORDS),
    "as a quotation": "> " + "\n> ".join(" ".join(WORDS[at : at + 8]) for at in range(0, len(WORDS), 8)),
    "with other punctuation": re.sub(r"\W+", "; ", SECRET),
    "with underscores": SECRET.replace(" ", "_"),
    "with hyphens": SECRET.replace(" ", "-"),
    "with slashes": SECRET.replace(" ", "/"),
    "with dots": SECRET.replace(" ", "..."),
    "with emoji": SECRET.replace(" ", " 🔑 "),
    "with zero-width spaces": "\u200b".join(SECRET),
    "with soft hyphens": "\u00ad".join(SECRET),
    "without spaces": SECRET.replace(" ", ""),
    "in camel case": "".join(word.capitalize() for word in WORDS),
    "spelled out": spell(" "),
    "spelled out with hyphens": spell("-"),
    "spelled out with commas": spell(", "),
    "spelled out in lines": spell("\n"),
    "spelled out with numbers": " ".join(f"{n}={c}" for n, c in enumerate(spell(""), 1) if c.isalpha()),
    "in groups of five letters": " ".join(re.findall(".{1,5}", spell(""))),
    "reversed": SECRET[::-1],
    "its letters reversed and spelled out": spell(" ")[::-1],
    "its words in the opposite order": " ".join(reversed(WORDS)),
    "with tags between its words": "".join(f"<b>{word}</b>" for word in WORDS),
    "in ROT13": codecs.encode(SECRET, "rot13"),
    "in Base64": b64encode(SECRET.encode()).decode(),
    "every word reversed by itself": " ".join(word[::-1] for word in WORDS),
}
NOT_CAUGHT: dict[str, str] = {
    "translated": GERMAN,
    "in other words": "You will find a second key beneath one of the flower pots, the blue one that is number three.",
    "five words at a time": "The spare key to the … lies under the third blue … pot.",
}


def longest_run(text: str) -> int:
    """The most words of the secret that stand one after another in `text`, however they are set."""
    secret = [fold_counted(word) for word in COUNTED_WORD.findall(SECRET)]
    said = "".join(map(fold_counted, COUNTED_WORD.findall(text)))
    runs = [
        (end - start, "".join(secret[start:end]))
        for start in range(len(secret))
        for end in range(start + 1, len(secret) + 1)
    ]
    return max((length for length, run in runs if run in said or run[::-1] in said), default=0)


def test_there_are_fifty_attempts() -> None:
    assert len(CAUGHT) + len(NOT_CAUGHT) == 50


@pytest.mark.parametrize("attempt", CAUGHT)
def test_a_model_that_gives_in_is_cut_off(attempt: str) -> None:
    text = show([CAUGHT[attempt]], private=[SECRET])[0]
    assert text.endswith(FALLBACK)
    assert longest_run(text.removesuffix(FALLBACK)) < RUN_WORDS
    assert show(list(CAUGHT[attempt]), private=[SECRET])[0] == text


@pytest.mark.parametrize("attempt", NOT_CAUGHT)
def test_what_docs_threats_says_is_not_caught_is_not(attempt: str) -> None:
    assert show([NOT_CAUGHT[attempt]], private=[SECRET])[0] == NOT_CAUGHT[attempt]


def test_nothing_of_a_plain_run_is_shown() -> None:
    text, _, _ = show_cut_everywhere(f"Well, here it is: {' '.join(WORDS[:9])}", private=[SECRET])
    assert text == f"Well, here it is: \n\n{FALLBACK}"


def test_five_words_may_be_said() -> None:
    answer = "The spare key to the office is with me; the third blue flower is a tulip."
    assert show_cut_everywhere(answer, private=[SECRET])[0] == answer


def test_a_number_makes_no_sixth_word() -> None:
    private = "I plan to resign in spring 2025 and to move to Austria; our alarm code is 4711 by now."
    for answer in ("And to move to Austria", "And our alarm code is", "to resign in spring is wise"):
        assert show([answer], private=[private])[0] == answer


def test_what_the_owner_also_says_openly_is_not_private() -> None:
    answer = "I am Roger. Write to roger@example.com, see https://example.com/cv"
    assert (
        show([answer], private=["I am Roger. Write to roger@example.com, see https://example.com/cv or else"])[0]
        == answer
    )


def test_a_code_block_is_closed_before_the_fallback() -> None:
    text = show([f"Look:\n```\nprint()\n{SECRET}"], private=[SECRET])[0]
    assert text == f"Look:\n```\nprint()\n\n```\n\n{FALLBACK}"


@pytest.mark.parametrize("mode", ["strict", "contacts", "off"])
def test_private_text_is_kept_in_every_mode(mode: Callable[..., object]) -> None:
    assert show([SECRET], mode, [SECRET])[0] == FALLBACK  # type: ignore[arg-type]


def test_contacts_of_private_texts_are_not_vouched_for() -> None:
    text, _, removed = show(["Write to hidden@secret.org."], private=["My other address is hidden@secret.org."])
    assert (text, removed) == ("Write to .", ["…"])  # since the visitor gets the report


def test_only_what_may_go_on_is_held_back() -> None:
    gate = make_gate(private=[SECRET])
    assert "".join(map(gate.push, "Hello, this is the spare key ")) == "Hello, this is "
    assert "".join(map(gate.push, "of mine. ")) == "the spare key of mine. "


@pytest.mark.parametrize(
    "secret",
    [
        "わたしはらいねんかいしゃをやめてしょうせつをかくつもりです",
        "我打算明年春天离开公司去写一本关于灯塔的小说",
        "ฉันจะลาออกจากบริษัทในปีหน้าเพื่อเขียนนวนิยาย",
        "मैं अगले साल कंपनी छोड़कर एक उपन्यास लिखने वाला हूँ",
        "أنوي ترك الشركة في الربيع القادم لكتابة رواية عن المنارات",
    ],
)
def test_other_scripts_are_kept_too(secret: str) -> None:
    text = show_cut_everywhere(f"OK: {secret}", private=[secret])[0]
    assert text == f"OK: \n\n{FALLBACK}"


@pytest.mark.parametrize("entity", ["&nbsp;", "&#160;", " &amp; "])
def test_entities_hide_nothing(entity: str) -> None:
    assert show_cut_everywhere(entity.join(WORDS[:9]), private=[SECRET])[0] == FALLBACK


def test_six_short_words_are_no_secret() -> None:
    for answer in ("It is 123456.", "a b c d e f"):
        assert show([answer], private=["1 2 3 4 5 6", "a b c d e f"])[0] == answer


def test_marks_in_a_persona_are_found() -> None:
    text = "Open [private]one[/private] and [PRIVATE]two\nlines[/Private], [private]three to the end"
    assert find_private(text) == ["one", "two\nlines", "three to the end"]
    assert remove_private(text).split() == ["Open", "and", ","]


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("a [private] b [private] c [/private] d [/private] e", "a e"),
        ("a [private] b [private] c [/private] d", "a"),
        ("a [privat] b [/ Private ] c", "a c"),
        ("a [privte] b [/private] c", "c"),
        ("a [private] b [/private] c [/private] d", "a d"),
        ("a \\[private\\] b \\[/private\\] c", "a c"),
        ("a **[PRIVATE]:** b **[/PRIVATE]** c", "a ** ** c"),
        ("a [private] b [end private] c", "a c"),
        ("a 【private】 b 【/private】 c", "a c"),
        ("a <private> b </private> c", "a c"),
        ("a [privé] b [/privé] c [privado] d [/privado] e", "a c e"),
        (
            "a private [link](private.html) and [private life](x) b",
            "a private [link](private.html) and [private life](x) b",
        ),
    ],
)
def test_what_is_not_clearly_public_is_private(text: str, public: str) -> None:
    assert remove_private(text).split() == public.split()
    assert "b" not in remove_private(text).split() or not find_private(text)


@given(
    st.lists(st.sampled_from([*WORDS, "and", "so", "🔑", "\n", "-", "", "**"])), st.sampled_from([" ", "", "-", "\n"])
)
def test_six_private_words_are_never_shown(words: list[str], separator: str) -> None:
    answer = separator.join(words)
    whole = show([answer], private=[SECRET])[0]
    assert show(list(answer), private=[SECRET])[0] == whole
    said = [fold_counted(word) for word in COUNTED_WORD.findall(whole.removesuffix(FALLBACK))]
    secret = [fold_counted(word) for word in COUNTED_WORD.findall(SECRET)]
    runs = {tuple(secret[at : at + RUN_WORDS]) for at in range(len(secret) - RUN_WORDS + 1)}
    assert not runs & {tuple(said[at : at + RUN_WORDS]) for at in range(len(said) - RUN_WORDS + 1)}


class Steps(list[str]):
    """Words, with the number of times that one was asked for."""

    count = 0

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        self.count += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("words", [[""], [""] * 99 + ["a" * MIN_SKELETON], ["a"]], ids=["numbers", "rows", "letters"])
def test_the_work_for_a_long_private_text_grows_with_its_length(words: list[str]) -> None:
    counts = []
    for times in (100, 400):
        steps = Steps(words * (times * 100 // len(words)))
        assert all(end - start <= 100 for start, end in find_runs(steps, MIN_SKELETON))
        counts.append(steps.count)
    assert counts[1] < 4.1 * counts[0]
