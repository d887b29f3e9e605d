"""Whatever a visitor or a model writes, the others have their turn before long."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..support.service import ROOT
from ..support.worst_texts import LENGTH, RUNS, fill, list_worst

MOST_SECONDS = 0.05  # of CPU between two turns of the others
PARTS = 12  # of the worst texts, each with some of every kind

RUN = st.lists(st.sampled_from(RUNS), min_size=1, max_size=5).map("".join)

Texts = dict[str, str]
Measure = Callable[[str], dict[str, float]]


@pytest.fixture(scope="module")
def texts() -> Texts:
    return dict(list_worst())


@pytest.fixture(scope="module")
def measure() -> Iterator[Measure]:
    """Return how long the others wait for each step that looks at a text, at most: seconds of CPU."""
    command = [sys.executable, "-m", "tests.support.turns"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout

    def ask(text: str) -> dict[str, float]:
        process.stdin.write(json.dumps(text) + "\n")
        process.stdin.flush()
        longest: dict[str, float] = json.loads(process.stdout.readline())
        return longest

    yield ask
    process.kill()
    process.communicate()


def test_there_are_two_hundred_worst_texts(texts: Texts) -> None:
    assert len(set(texts.values())) >= 200
    assert all(len(text) > LENGTH - 50 for text in texts.values())


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.soak) for part in range(1, PARTS))])
def test_no_text_holds_the_others_up(measure: Measure, texts: Texts, part: int) -> None:
    longest = {
        (name, step): seconds
        for name, text in list(texts.items())[part::PARTS]
        for step, seconds in measure(text).items()
    }
    assert {each: seconds for each, seconds in longest.items() if seconds > MOST_SECONDS} == {}


@settings(max_examples=8)
@given(opening=RUN, run=RUN)
def test_no_mixture_holds_the_others_up(measure: Measure, opening: str, run: str) -> None:
    assert max(measure(fill(opening, run)).values()) <= MOST_SECONDS
