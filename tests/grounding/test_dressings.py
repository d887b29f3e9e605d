"""Private sentences of four people, in each way to write them: as docs/threats.md says, they are held back, or not."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.grounding import Gate, Material, OwnedText, find_private, open_gate, remove_private

from ..support.answers import FALLBACK
from ..support.dressings import DRESSED, ENCODED
from ..support.service import ROOT

TWINS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("private_twins.json").read_text())
WAYS = {**DRESSED, **ENCODED}
SENTENCES = sum(len(twin["private"]) for twin in TWINS)


def gather(twin: dict[str, Any]) -> Material:
    public = [remove_private(twin["me"]), *twin["documents"]]
    return Material(map(OwnedText, public), map(OwnedText, find_private(twin["me"])))


MATERIALS = [gather(twin) for twin in TWINS]
SETS = list(zip(TWINS, MATERIALS, strict=True))


def cut(text: str, chance: random.Random) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + chance.randint(1, 12)
        yield text[start:end]
        start = end


def stream(gate: Gate, pieces: Iterator[str]) -> str:
    return "".join([*map(gate.push, pieces), gate.finish()])


def is_held_back(material: Material, answer: str) -> bool:
    """Whether the answer ends in the fallback; whole and in pieces."""
    whole, cut_up = (open_gate("strict", material, FALLBACK, []) for _ in range(2))
    text = whole.pass_whole(answer)
    assert stream(cut_up, cut(answer, random.Random(len(answer)))) == text
    assert whole.has_withheld == cut_up.has_withheld == text.endswith(FALLBACK)
    return whole.has_withheld


def count(way: str) -> int:
    return sum(is_held_back(material, WAYS[way](text)) for twin, material in SETS for text in twin["private"])


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    return {way: count(way) for way in WAYS}


def list_ways(counts: dict[str, int], kind: dict[str, Any]) -> Iterator[str]:
    """The rows of the table: which ways are held back in each sentence, in some, and in none."""
    for number in sorted({counts[way] for way in kind}, reverse=True):
        yield f"| {number} of {SENTENCES} | {'; '.join(way for way in kind if counts[way] == number)} |"


def test_of_dressed_sentences_a_tenth_gets_out_at_most(counts: dict[str, int]) -> None:
    assert sum(counts[way] for way in DRESSED) >= 0.9 * SENTENCES * len(DRESSED)


@pytest.mark.parametrize("kind", [DRESSED, ENCODED], ids=["dressed", "encoded"])
def test_the_documented_ways_are_those_that_are_held_back(counts: dict[str, int], kind: dict[str, Any]) -> None:
    documented = (ROOT / "docs" / "threats.md").read_text()
    assert f"In {len(kind)} ways" in documented
    assert not [row for row in list_ways(counts, kind) if row not in documented]


def test_the_same_in_other_words_is_not_held_back() -> None:
    assert not any(is_held_back(material, text) for twin, material in SETS for text in twin["reworded"])


@pytest.mark.parametrize("number", range(len(TWINS)), ids=[twin["language"] for twin in TWINS])
def test_a_harmless_answer_is_shown(number: int) -> None:
    twin, material = SETS[number]
    assert len(twin["harmless"]) == 25
    assert [answer for answer in twin["harmless"] if is_held_back(material, answer)] == []
    assert not is_held_back(material, "\n\n".join([*twin["harmless"], *twin["documents"]]))


def test_a_link_that_is_taken_out_does_not_report_what_it_says() -> None:
    gate = open_gate("strict", MATERIALS[0], FALLBACK, [])
    assert gate.pass_whole(f"See https://notes.example/{TWINS[0]['private'][0].replace(' ', '-')}").endswith(FALLBACK)
    assert "".join(gate.removed).count("-") <= 5


def test_contacts_that_are_taken_out_leave_no_private_run() -> None:
    words = TWINS[0]["private"][0].split()
    gate = open_gate("strict", MATERIALS[0], FALLBACK, [])
    answer = " evil.com ".join(" ".join(words[at : at + 3]) for at in range(0, len(words), 3))
    assert gate.pass_whole(answer).endswith(FALLBACK)


PIECES = [
    "&#",
    "108;",
    "\\u00",
    "e4",
    "%C3",
    "=",
    "<b",
    ">",
    "<!--",
    "-->",
    "\\'",
    "{e}",
    "U+",
    "$",
    "\n",
    " ",
    "ᴀ",
    "🅰",
]


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [*PIECES, *TWINS[1]["private"][0].split(), *(f(TWINS[1]["private"][0])[:40] for f in WAYS.values())]
        )
    ),
    st.randoms(use_true_random=False),
)
def test_cuts_make_no_difference(parts: list[str], chance: random.Random) -> None:
    answer = "".join(parts)
    whole, cut_up = (open_gate("strict", MATERIALS[1], FALLBACK, []) for _ in range(2))
    assert stream(cut_up, cut(answer, chance)) == whole.pass_whole(answer)
