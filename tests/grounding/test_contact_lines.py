"""Lines of CVs that stay as they are, and sentences with other people's contacts, which never show.

Of each file in `contacts`, `.txt` is what an owner has written, and `.jsonl` what a twin may say: a line with a
`contact` is somebody else's.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from twin.grounding import Material, OwnedText, open_gate
from twin.grounding.phone_identity import is_same_number

FOLDER = Path(__file__).parent / "contacts"
OWNERS = ("engineer", "biologist")


@cache
def read_material(owner: str) -> Material:
    return Material([OwnedText((FOLDER / f"{owner}.txt").read_text())])


def read_lines(owner: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / f"{owner}.jsonl").read_text().splitlines()]


def show_pieces(owner: str, pieces: list[str]) -> list[str]:
    """The text that is shown, after each piece and in the end."""
    gate = open_gate("strict", read_material(owner), "No.", [])
    shown = [""]
    for piece in pieces:
        shown.append(shown[-1] + gate.push(piece))
    return [*shown, shown[-1] + gate.finish()]


@pytest.mark.parametrize("owner", OWNERS)
def test_lines_without_a_foreign_contact_stay_as_they_are(owner: str) -> None:
    lines = [line["text"] for line in read_lines(owner) if "contact" not in line]
    assert [line for line in lines if show_pieces(owner, [line])[-1] != line] == []


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
    assert is_same_number(first, second) is is_same
