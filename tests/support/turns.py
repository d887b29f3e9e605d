# ruff: noqa: E402 - nothing is imported before gevent has patched it
"""How long the others wait, in a process of gevent's, while one looks at the worst texts: seconds of CPU, as JSON."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from twin.budget import Budget
from twin.gaps.question import read_question
from twin.grounding import Material, OwnedText, open_gate
from twin.grounding.support import Claims, Facts
from twin.knowledge.faq import Entry, Faq
from twin.knowledge.search import Index, Search
from twin.knowledge.sources import Citable, find_sources
from twin.settings import Settings
from twin.stores import Databases
from twin.text.invisible import strip_invisible

from .answers import FALLBACK, OWNERS, SECRET
from .passages import LARGE, SMALL

CONTACT = "evil@example.net"  # for which the visitor's own words are looked through
MATERIAL = Material([OWNERS], [OwnedText(SECRET)])
GIVEN, PERSONA = Citable(LARGE), Citable(SMALL)
ANSWER, MESSAGE = "an answer", "contacts in a message"  # the two steps that take longest
FAQ = Faq.of([Entry(question="Where do you live?", answer="In Fife.")])
FAQ.prepare()


class Others:
    """All others, who have their turn whenever they can, and note what it cost them."""

    def __init__(self) -> None:
        self.longest = 0.0
        Thread(target=self._wait, daemon=True).start()
        self.begin()

    def begin(self) -> None:
        time.sleep(0.001)
        self.longest = 0.0

    def _wait(self) -> None:
        before = time.thread_time()
        while True:
            time.sleep(1e-6)
            now = time.thread_time()
            self.longest = max(self.longest, now - before)
            before = now


def answer_whole(text: str) -> None:
    open_gate("strict", MATERIAL, FALLBACK, []).pass_whole(text)


def answer_in_characters(text: str) -> None:
    """Take a stream: a first piece, after which as much may be held back as ever is, and then a letter at a time."""
    gate = open_gate("strict", MATERIAL, FALLBACK, [])
    gate.push(text[:2_500])
    for character in text[2_500:2_560]:
        gate.push(character)
    gate.finish()


def answer_with_what_the_visitor_wrote(text: str) -> None:
    open_gate("contacts", MATERIAL, FALLBACK, [text]).pass_whole(CONTACT)


def review(text: str) -> None:
    claims = Claims.read(text, text, GIVEN.facts, [], 2026)
    find_sources(claims, text, GIVEN, PERSONA, {}, claims.find_unsupported()[:1])


def make_steps(folder: Path) -> dict[str, Callable[[str], object]]:
    search = Search(Index(folder / "knowledge.index"), None)
    search.replace_passages(LARGE)
    budget = Budget(Settings(), Databases(None, folder))
    return {
        ANSWER: answer_whole,
        MESSAGE: answer_with_what_the_visitor_wrote,
        "an answer, a character at a time": answer_in_characters,
        "what nobody sees": strip_invisible,
        "the owner's answers": lambda text: FAQ.find_answer(text[:4_000]),
        "search": lambda text: search.find(text, [text[-300:], text[:300]]),
        "sources of an answer": review,
        "facts of a message": lambda text: Facts.of(text[:8_000]),
        "a question without an answer": read_question,
        "budget": lambda text: budget.find_worst_case([{"content": text}] * 3),
    }


def measure(
    others: Others, steps: dict[str, Callable[[str], object]], text: str, skipped: str = ""
) -> dict[str, float]:
    """Return for each step the longest that the others waited."""
    longest = {}
    for step, run in steps.items():
        if step == skipped:
            continue
        others.begin()
        run(text)
        time.sleep(0.0001)
        longest[step] = others.longest
    return longest


def main() -> None:
    """Measure each text that comes in a line, by turns as an answer and as a message."""
    with tempfile.TemporaryDirectory() as folder:
        steps, others = make_steps(Path(folder)), Others()
        measure(others, steps, "Who are you?")  # what is imported when it is needed first
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000)  # as gunicorn.conf.py does
        for number, line in enumerate(sys.stdin):
            skipped = (ANSWER, MESSAGE)[number % 2]
            sys.stdout.write(json.dumps(measure(others, steps, json.loads(line), skipped)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
