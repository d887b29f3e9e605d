"""`flask twin eval`: ask the owner's test questions, and compare the answers with expectations and earlier runs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

import click
from flask import current_app

from ..errors import StartError
from ..evaluation import Case, Outcome, Results, ask_all, estimate_cost, is_paid, keep, read_cases
from ..llm.embedded import NOTICE
from ..runtime import Runtime
from ..settings import load_settings
from .terminal import make_printable

QUESTION_WIDTH = 48  # characters
ANSWER_WIDTH = 300
VERDICT_MARKS = {"ok": "ok", "wrong": "WRONG", "worse": "WORSE", "unanswered": "?"}


@click.command("eval")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--accept", is_flag=True, help="Compare later runs with this one, also where it is worse.")
@click.option("--yes", is_flag=True, help="Do not ask whether the cost is right.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def evaluate(file: Path, accept: bool, yes: bool, as_json: bool) -> None:
    """Ask the questions in FILE, show which answers are not as expected, and exit with 1 if one got worse.

    A line of FILE is a JSON object: "question", and what its answer "must" hold, "must_not" hold, and which
    "source" it must cite. An answer that was as expected once and is not now is worse, in each run, until it is
    mended or accepted. What a paid model will cost, about, is said first; on a terminal you are asked whether to go on.
    """
    cases = read_cases(file)
    before = Results.read()
    settings = load_settings(current_app.config).without_memory  # so that no session is left behind
    runtime = Runtime(settings)
    if is_paid(settings):
        _announce_cost(runtime, cases, is_to_ask=not yes and sys.stdin.isatty() and sys.stderr.isatty())
    outcomes = _ask_all(runtime, cases)
    (_print_json if as_json else _print_table)(outcomes, before)
    keep(outcomes, accept=accept)
    if settings.uses_embedded_model:
        click.echo(NOTICE, err=True)
    if not accept and any(map(before.find_last, outcomes)):
        raise SystemExit(1)
    if unanswered := [outcome for outcome in outcomes if outcome.holds is None]:
        raise StartError(f"{len(unanswered)} of {len(cases)} questions got no answer: {unanswered[0].faults[0]}")


def _announce_cost(runtime: Runtime, cases: Sequence[Case], *, is_to_ask: bool) -> None:
    """Print what the run will cost; raises StartError where the owner, asked, does not want it."""
    estimate = estimate_cost(runtime, cases)
    if estimate.calls:
        click.echo(str(estimate), err=True)
        if is_to_ask and not click.confirm("Ask them?", err=True):
            raise StartError("the model was not asked.")


def _ask_all(runtime: Runtime, cases: Sequence[Case]) -> list[Outcome]:
    asking = ask_all(runtime, cases)
    is_hidden = not sys.stderr.isatty()
    try:
        with click.progressbar(
            asking, length=len(cases), label="Asking", show_pos=True, hidden=is_hidden, file=sys.stderr
        ) as outcomes:
            return list(outcomes)
    except KeyboardInterrupt:  # which is not to look like an answer that got worse
        raise StartError("it was interrupted: nothing of this run is kept.") from None


def _print_table(outcomes: Sequence[Outcome], before: Results) -> None:
    for outcome in outcomes:
        question = shorten(outcome.case.question, QUESTION_WIDTH, placeholder=" …")
        faults = "; ".join(outcome.faults)
        if last := before.find_last(outcome):
            faults += f"; held on {last:%Y-%m-%d}"
        mark = VERDICT_MARKS[_name_verdict(outcome, before)]
        click.echo(make_printable(f"{mark:6} {question:{QUESTION_WIDTH}}  {faults}".rstrip()))
        if outcome.faults and outcome.answer:
            click.echo(make_printable(f"       “{shorten(outcome.answer, ANSWER_WIDTH, placeholder=' …')}”"))
    counts = Counter(_name_verdict(outcome, before) for outcome in outcomes)
    was_asked = any(outcome.case.key in before.cases for outcome in outcomes)
    parts = [f"{counts['ok']} of {len(outcomes)} hold"]
    parts.append(f"{counts['worse']} worse than before" if was_asked else "none was asked before")
    parts += [f"{counts['unanswered']} got no answer"] if counts["unanswered"] else []
    click.echo(f"{'; '.join(parts)}.")


def _print_json(outcomes: Sequence[Outcome], before: Results) -> None:
    verdicts = [_name_verdict(outcome, before) for outcome in outcomes]
    rows = [
        {
            "question": outcome.case.question,
            "verdict": verdict,
            "faults": outcome.faults,
            "answer": outcome.answer,
            "sources": outcome.sources,
        }
        for outcome, verdict in zip(outcomes, verdicts, strict=True)
    ]
    counts = {verdict: verdicts.count(verdict) for verdict in VERDICT_MARKS}
    click.echo(json.dumps({**counts, "results": rows}, indent=2, ensure_ascii=False))


def _name_verdict(outcome: Outcome, before: Results) -> str:
    """Return the verdict on an outcome: a key of VERDICT_MARKS."""
    if outcome.holds is None:
        return "unanswered"
    return "ok" if outcome.holds else "worse" if before.find_last(outcome) else "wrong"
