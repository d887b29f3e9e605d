"""Measure the time that knowledge adds to a chat: checking 20 unchanged documents, and grounding the answer.

`.venv/bin/python benchmarks/knowledge.py`. Chats with and without documents alternate; then the reading of
a changed PDF of 50 pages is measured.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from fpdf import FPDF

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from twin.prompt import Briefings
from twin.settings import Settings
from twin.text.tokens import estimate_tokens

CHATS = 500
PARAGRAPH = "At Northwind I led a team of seven that built forecasts for ports; see https://example.com/ports. " * 4
ANSWER = "I led a team of seven at Northwind, which built forecasts for ports. Write to roger@example.com. " * 6
PIECES = [f"{word} " for word in ANSWER.split()]


def make_deployment(folder: Path, documents: int, *, is_one_private: bool = False) -> Briefings:
    (folder / "instance" / "knowledge").mkdir(parents=True)
    (folder / "me.txt").write_text("I am Roger. roger@example.com")
    for number in range(documents):
        (folder / "instance" / "knowledge" / f"{number}.md").write_text(f"# Part {number}\n\n" + PARAGRAPH * 5)
    if is_one_private:
        secret = folder / "instance" / "knowledge" / "secret.md"
        secret.write_text("---\nprivate: yes\n---\nThe key to the house is under the third pot. " + PARAGRAPH)
    return Briefings(Settings(openai_api_key="sk-unused"), folder)


def take_chat(briefings: Briefings) -> tuple[float, float]:
    """Return the milliseconds before the model is asked, and those that grounding its answer takes."""
    began = time.perf_counter()
    briefing = briefings.read()
    estimate_tokens(briefing.system)
    question = [{"role": "user", "content": "Where did you work?"}]
    briefing.compose(question, briefings.find_passages(briefing, question))
    gate = briefing.open_gate("No.", ["Where did you work?"])
    opened = time.perf_counter()
    for piece in PIECES:
        gate.push(piece)
    gate.finish()
    return 1_000 * (opened - began), 1_000 * (time.perf_counter() - opened)


def write_pdf(path: Path, pages: int, word: str) -> None:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for _ in range(pages):
        pdf.add_page()
        pdf.multi_cell(0, 6, f"{word} " + PARAGRAPH * 5)
    pdf.output(str(path))


def report(name: str, times: list[float]) -> None:
    print(f"{name:40}p50 {median(times):6.2f} ms   p95 {quantiles(times, n=20)[-1]:6.2f} ms")


def measure(read: Callable[[], object]) -> float:
    began = time.perf_counter()
    read()
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sides: dict[str, tuple[Briefings, list[float], list[float]]] = {
            "without documents": (make_deployment(root / "none", 0), [], []),
            "with 20 documents": (make_deployment(root / "some", 20), [], []),
            "with 20 and a private one": (make_deployment(root / "private", 20, is_one_private=True), [], []),
        }
        for _ in range(CHATS):
            for briefings, before, after in sides.values():
                taken = take_chat(briefings)
                before.append(taken[0])
                after.append(taken[1])
        for name, (_, before, after) in sides.items():
            report(f"{name}: before", before[20:])
            report(f"{name}: {len(PIECES)} pieces", after[20:])
        briefings = sides["with 20 documents"][0]
        path = root / "some" / "instance" / "knowledge" / "handbook.pdf"
        for word in ("one", "two"):
            write_pdf(path, 50, word)
            changed, unchanged = measure(briefings.read), measure(briefings.read)
            print(f"a PDF of 50 pages that changed: {changed:.2f} s, then {1_000 * unchanged:.2f} ms")


if __name__ == "__main__":
    main()
