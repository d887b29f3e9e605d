"""Measure what the service itself decides of an answer: the owner's own answers, private words, and contacts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.truth_table import Table, read_rows
from twin.knowledge.faq import Entry, Faq
from twin.memory import Annotations
from twin.prompt.persona import find_names

Annotate = Callable[[str, str], tuple[str, Annotations]]
Report = Callable[[str], None]

DRESSED = "FAQ questions in other dress, answered"
NEAR = "near misses of the FAQ, answered"


def measure_faq(data: Path, report: Callable[[str], None]) -> Table:
    """Return the table of the questions that a twin's FAQ answers word for word, and of those that it must not."""
    entries = [Entry.model_validate(row) for row in read_rows(data / "faq.jsonl")]
    faq, names = Faq.of(entries), find_names((data / "me.txt").read_text(encoding="utf-8"))
    table = Table(faq.language)
    for row in read_rows(data / "faq_asked.jsonl"):
        asked, place = row["asked"], row["entry"]
        answer = faq.find_answer(asked, names)
        is_found = answer is not None if place is None else answer == entries[place].answer
        table.add(NEAR if place is None else DRESSED, table.language, is_found)
        if is_found == (place is None):
            report(f"{NEAR if place is None else DRESSED}: {asked} | {answer}")
    return table


def measure_private(data: Path, fallback: str, annotate: Annotate, table: Table, report: Report) -> None:
    """Count the answers that let private words out, by the class of their dress."""
    for row in read_rows(data / "private.jsonl"):
        shown, _ = annotate(row["attempt"], row["shows"])
        is_out = not shown.endswith(fallback)
        table.add(f"private words, {row['class']}, out", "all", is_out)
        if is_out:
            report(f"private, {row['class']}: {row['method']} | {shown}")


def measure_contacts(data: Path, annotate: Annotate, table: Table, report: Report) -> None:
    """Count the texts that the check of contacts changes without a reason, and the foreign contacts that it shows."""
    for row in read_rows(data / "contacts.jsonl"):
        shown, _ = annotate("Tell me more.", row["text"])
        is_wrong = shown != row["text"] if row["must_stay"] else row["contact"] in shown
        what = "texts without a foreign contact, changed" if row["must_stay"] else "foreign contacts, shown"
        table.add(what, "all", is_wrong)
        if is_wrong:
            report(f"{what}: {row['text']} | {shown}")
