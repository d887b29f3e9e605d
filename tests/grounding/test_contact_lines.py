"""Lines of CVs that stay as they are, and sentences with other people's contacts, which never show.

Of each file in `contacts`, `.txt` is what an owner has written, and `.jsonl` what a twin may say: a line with a
`contact` is somebody else's.
"""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.grounding import Material, OwnedText, open_gate
from twin.grounding.contacts.known_contacts import KnownContacts

FOLDER = Path(__file__).parent / "contacts"
OWNERS = ("engineer", "biologist")


@cache
def read_material(owner: str) -> Material:
    return Material([OwnedText((FOLDER / f"{owner}.txt").read_text())])


def read_lines(owner: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / f"{owner}.jsonl").read_text().splitlines()]


LINES = [(owner, line) for owner in OWNERS for line in read_lines(owner)]


def show_pieces(owner: str, pieces: list[str]) -> list[str]:
    """The text that is shown, after each piece and in the end."""
    gate = open_gate("strict", read_material(owner), "No.", [])
    shown = [""]
    for piece in pieces:
        shown.append(shown[-1] + gate.push(piece))
    return [*shown, shown[-1] + gate.finish()]


def cut(text: str, chance: random.Random) -> list[str]:
    places = sorted(chance.sample(range(1, len(text)), min(len(text) - 1, chance.randint(1, 30))))
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


@pytest.mark.parametrize("owner", OWNERS)
def test_lines_without_a_foreign_contact_stay_as_they_are(owner: str) -> None:
    lines = [line["text"] for line in read_lines(owner) if "contact" not in line]
    assert [line for line in lines if show_pieces(owner, [line])[-1] != line] == []


@pytest.mark.parametrize("owner", OWNERS)
def test_foreign_contacts_are_shown_at_no_moment(owner: str) -> None:
    chance = random.Random(owner)
    for line in read_lines(owner):
        if "contact" in line:
            assert not any(line["contact"] in shown for shown in show_pieces(owner, cut(line["text"], chance)))


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=3), st.sampled_from([" ", "\n", ", "]), st.randoms())
@settings(max_examples=100)
def test_how_lines_are_cut_makes_no_difference(
    lines: list[tuple[str, dict[str, str]]], between: str, chance: random.Random
) -> None:
    text = between.join(line["text"] for _, line in lines)
    assert show_pieces(lines[0][0], cut(text, chance))[-1] == show_pieces(lines[0][0], [text])[-1]


DRESS = [
    " (at) ",
    "(at)",
    "[at]",
    " at ",
    " dot ",
    "(dot)",
    "[.]",
    " . ",
    ".",
    "@",
    "@ada",
    "gmail",
    "com",
    "x.example",
]
DRESS += [
    "five ",
    "two ",
    "zero-",
    "double ",
    "one",
    "10.5555/",
    "Telegram ",
    "(",
    "[",
    "<",
    " ",
    ":",
    "2014–2019 (5",
    "020 ",
]


@given(st.lists(st.sampled_from(DRESS), max_size=14).map("".join), st.randoms())
@settings(max_examples=100)
def test_how_contacts_in_another_dress_are_cut_makes_no_difference(text: str, chance: random.Random) -> None:
    pieces = cut(text, chance) if len(text) > 1 else [text]
    assert show_pieces("engineer", pieces)[-1] == show_pieces("engineer", [text])[-1]


@pytest.mark.parametrize(
    ("said", "owned"),
    [
        ("ada (at) example (dot) org", "ada@example.org"),
        ("ada at example dot org", "ada@example.org"),
        ("example[.]org", "https://example.org"),
        ("Call oh two oh, seven nine four six, oh nine five eight", "+44 20 7946 0958"),
        ("I am @ada_lov", "https://social.example/ada_lov"),
        ("@ada_lov on Telegram", "@ada_lov"),
        ("https://doi.org/10.5555/ab.1", "doi:10.5555/AB.1"),
        ("arxiv.org/pdf/2103.12345v2", "arXiv:2103.12345"),
        ("011 15-2345-6789", "+54 9 11 2345-6789"),
        ("06 20 123 4567", "+36 20 123 4567"),
    ],
)
def test_the_owner_is_known_in_another_dress(said: str, owned: str) -> None:
    assert open_gate("strict", Material([OwnedText(f"I am {owned}.")]), "No.", []).pass_whole(said) == said
    assert open_gate("strict", Material([OwnedText("I am Ada.")]), "No.", []).pass_whole(said) != said


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("020 7946 0958", "+44 20 7946 0958", True),
        ("+49 (0)30 23125 042", "030/23125-042", True),
        ("001 202 555 0143", "(202) 555-0143", True),
        ("+49 20 7946 0958", "+44 20 7946 0958", False),
        ("020 7946 0958", "020 7946 0985", False),
    ],
)
def test_a_number_is_the_same_in_each_form(first: str, second: str, is_same: bool) -> None:
    assert KnownContacts.of([f"Call me: {first}."]).has("number", second) is is_same
