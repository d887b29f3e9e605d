"""What was measured, as a table and a picture in docs/performance.md, and whether the ratios are what they must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
COUNTS = (10, 100, 500, 1_000)
TWIN, RIVAL, BLOCKING, FLOOR = "twin", "FastAPI", "FastAPI, synchronous client", "floor"
DRIPPED = "twin, beside 200 dripping clients"

Results = Mapping[str, list[float]]


def find(results: Results, measure: str, name: str) -> float:
    """Return the median over the rounds."""
    return median(results[f"{measure}|{name}"])


def show(results: Results, measure: str, name: str) -> str:
    """Return the median with its spread, empty where it was not measured."""
    values: Sequence[float] = results.get(f"{measure}|{name}", [])
    digits = 0 if measure.startswith(("capacity", "resident")) else 1 if measure.startswith("cold") else 2
    if not values:
        return ""
    spread = f" ({min(values):.{digits}f}–{max(values):.{digits}f})" if len(values) > 1 else ""
    return f"{median(values):.{digits}f}{spread}"


def write_report(results: Results) -> None:
    """Put the tables and the picture where the page has them."""
    page = DOCS / "performance.md"
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{_write_tables(results)}\n{END}{after}", encoding="utf-8")
    _draw(results)


def check(results: Results) -> int:
    """Print each ratio and what it may be at most; return how many are over it."""

    def ratio(measure: str, over: str, than: str, name: str) -> float:
        return find(results, measure, name) / find(results, over, than)

    ratios = [
        ("CPU a chat at 200 in flight, to FastAPI's", ratio("cpu at 200", "cpu at 200", RIVAL, TWIN), 1.0),
        ("CPU a chat at 200 in flight, to that at 10", ratio("cpu at 200", "cpu at 10", TWIN, TWIN), 1.4),
        ("CPU a chat at 200 in flight, to a bare call's", ratio("cpu at 200", "cpu", FLOOR, TWIN), 2.0),
        ("added latency at 20 chats/s, to a bare call's", ratio("latency p50", "latency p50", FLOOR, TWIN), 4.0),
    ]
    for name, found, most in ratios:
        print(f"{name}: {found:.2f} (at most {most})")
    return sum(found > most for _, found, most in ratios)


def _write_tables(results: Results) -> str:
    names = [TWIN, DRIPPED, RIVAL, BLOCKING, FLOOR]
    rows = [
        ("highest rate with p99 of what is added under 250 ms, chats/s", "capacity"),
        ("added at 20 chats/s, p50, ms", "latency p50"),
        ("added at 20 chats/s, p99, ms", "latency p99"),
        *((f"CPU a chat at {count:,} in flight, ms", f"cpu at {count}") for count in COUNTS),
        ("CPU a call, ms", "cpu"),
        ("resident at rest, MB", "resident at 0"),
        ("resident at 1,000 in flight, MB", "resident at 1000"),
        ("the same at rest, what processes share counted once (PSS), MB", "resident once at 0"),
        ("the same at 1,000 in flight, MB", "resident once at 1000"),
        *((f"added to the first word at {count} streams, ms", f"first word at {count}") for count in (1, 100, 500)),
        *((f"CPU a streamed word at {count} streams, ms", f"cpu a word at {count}") for count in (1, 100, 500)),
        ("start to first answer, s", "cold start"),
    ]
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    lines += [f"| {title} | " + " | ".join(show(results, row, name) for name in names) + " |" for title, row in rows]
    lines += [
        "",
        "| the twin with | added p50, ms | added p99, ms | start, s | resident, MB |",
        "|---|---|---|---|---|",
    ]
    for key in results:
        measure, _, name = key.partition("|")
        if measure == "latency p50" and name not in (DRIPPED, RIVAL, BLOCKING, FLOOR):
            cells = (show(results, row, name) for row in ("latency p50", "latency p99", "cold start", "resident at 0"))
            lines.append(f"| {'nothing' if name == TWIN else name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        f"Chats without an answer: {sum(sum(results[f'failed|{name}']) for name in (TWIN, DRIPPED, RIVAL)):.0f}.",
    ]
    return "\n".join(lines)


def _draw(results: Results) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    for name, colour in ((TWIN, "#1f6f5c"), (RIVAL, "#b5562b")):
        left.plot(COUNTS, [find(results, f"cpu at {count}", name) for count in COUNTS], "o-", color=colour, label=name)
    left.axhline(find(results, "cpu", FLOOR), color="#777", linestyle="--", label="a bare call")
    left.set(xscale="log", xlabel="chats in flight", ylabel="CPU a chat, ms", ylim=(0, None), xticks=COUNTS)
    left.set_xticklabels([f"{count:,}" for count in COUNTS])
    left.legend(frameon=False)
    names = [TWIN, RIVAL, BLOCKING]
    rates = [find(results, "capacity", name) for name in names]
    bars = right.barh(names[::-1], rates[::-1], color=["#999", "#b5562b", "#1f6f5c"])
    right.bar_label(bars, fmt="%.0f", padding=3)
    right.set(xlabel="highest chats/s of one core", xlim=(0, 1.15 * max(rates)))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(DOCS / "performance.png", dpi=150)
