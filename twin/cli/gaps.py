"""`flask twin gaps` and `flask twin answer`: list the unanswered questions, and give them answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from flask import current_app

from ..errors import StartError
from ..evaluation import OWN_CASES, as_literal
from ..gaps import Gap, Gaps, Group, Invention, group
from ..knowledge.documents.extraction import Unreadable, read_plain
from ..knowledge.faq import FAQ_FILE, Faq, read_entries
from ..settings import Settings, load_settings
from ..system import paths
from ..system.files import append_json_line
from ..text.invisible import strip_invisible
from .databases import open_databases
from .terminal import count, make_printable, read_argument

IDS = click.IntRange(1, 2**31 - 1)
MAX_WORDINGS = 5  # other wordings of a question that are shown


@click.command("gaps")
@click.option("--first", default=50, show_default=True, type=click.IntRange(1), help="How many, the most asked first.")
@click.option("--forget", type=IDS, multiple=True, metavar="ID", help="Delete question ID unanswered; may be repeated.")
@click.option("--made-up", is_flag=True, help="Only the sentences of answers with what your documents do not say.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_gaps(first: int, forget: tuple[int, ...], made_up: bool, as_json: bool) -> None:
    """List the questions that the twin did not know, and the sentences in which it made something up.

    Alike questions stand in groups, the most asked first.
    """
    settings = load_settings(current_app.config)
    kept = open_gaps(settings)
    if forget:
        found = kept.delete_inventions(forget) if made_up else kept.delete(forget)
        click.echo(f"Deleted {count(found, 'sentence' if made_up else 'question')}.")
    elif made_up:
        _list_inventions(kept.fetch_inventions()[:first], as_json=as_json)
    else:
        _list_groups(group(kept.fetch_all())[:first], settings, as_json=as_json)
        if not as_json and (inventions := kept.fetch_inventions()[:first]):
            click.echo()
            _list_inventions(inventions, as_json=False)


def _list_groups(groups: Sequence[Group], settings: Settings, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in groups], indent=2, ensure_ascii=False))
    elif not groups:
        click.echo(f"No question waits for an answer.{'' if settings.gaps else ' GAPS is off.'}")
    else:
        click.echo(f"{'id':>6} {'asked':>6}  {'last asked':10}  question")
        for each in groups:
            _print_group(each)


def _list_inventions(inventions: Sequence[Invention], *, as_json: bool) -> None:
    if as_json:
        rows = [
            asdict(each) | {"first_day": str(each.first_day), "last_day": str(each.last_day)} for each in inventions
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif not inventions:
        click.echo("No sentence said what your documents do not.")
    else:
        click.echo(f"{'id':>6} {'said':>6}  {'last said':10}  what your documents do not say")
        for each in inventions:
            click.echo(f"{each.id:>6} {each.times:>6}  {each.last_day}  {make_printable(each.sentence)}")


@click.command("answer")
@click.argument("gap_id", metavar="ID", type=IDS)
@click.argument("answer")
@click.option("--only", is_flag=True, help="Answer this wording alone, not the others that are like it.")
def answer_gap(gap_id: int, answer: str, only: bool) -> None:
    """Answer question ID of `flask twin gaps`, and the questions in its group, with ANSWER, word for word.

    With - the answer is read from standard input. It goes into instance/knowledge/faq.jsonl, which the service reads
    before its next answer, and the question into instance/evals/own.jsonl.
    """
    text = strip_invisible(read_argument(answer, "answer")).strip()
    if not text:
        raise StartError("the answer is empty.")
    kept = open_gaps(load_settings(current_app.config))
    answered = _select_gaps(kept.fetch_all(), gap_id, only=only)
    main, *others = [gap.question for gap in answered]
    if not _has_answer(main, text):
        append_json_line(paths.EVALS / OWN_CASES, {"question": main, "must": [as_literal(text)]})
        entry = {"question": main, "answer": text} | ({"aliases": others} if others else {})
        append_json_line(paths.KNOWLEDGE / FAQ_FILE, entry)
    kept.delete([gap.id for gap in answered])
    click.echo("From now on this is the answer, in instance/knowledge/faq.jsonl, to:")
    for gap in answered:
        click.echo(f"  {make_printable(gap.question)}")


def open_gaps(settings: Settings) -> Gaps:
    """Return the recorded gaps, also where `GAPS` was turned off; raises StartError where none were ever recorded."""
    fault = "GAPS is off, and no question was recorded: set GAPS=on and MEMORY=on."
    return Gaps(open_databases(settings, is_on=settings.gaps, fault=fault))


def _select_gaps(gaps: Sequence[Gap], gap_id: int, *, only: bool) -> tuple[Gap, ...]:
    """Return the gap with this id and its group of alike questions; with `only`, that gap alone."""
    for found in group(gaps):
        for gap in found.gaps:
            if gap.id == gap_id:
                return (gap,) if only else found.gaps
    raise StartError(f"there is no question {gap_id}: see `flask twin gaps`.")


def _has_answer(question: str, answer: str) -> bool:
    """Whether faq.jsonl has this answer already; raises StartError where it has another one, which would win."""
    file = paths.KNOWLEDGE / FAQ_FILE
    try:
        entries, _ = read_entries(read_plain(file)) if file.exists() else ([], [])
    except Unreadable as error:
        raise StartError(f"{file}: {error}.") from None
    known = Faq.of(entries).find_answer(question)
    if known not in (None, answer):
        raise StartError(f"{file} has another answer to it: change it there, then `flask twin gaps --forget ID`.")
    return known is not None


def _as_json(found: Group) -> dict[str, Any]:
    return {
        "id": found.main.id,
        "question": found.main.question,
        "asked": found.times,
        "first_day": str(min(gap.first_day for gap in found.gaps)),
        "last_day": str(found.last_day),
        "others": [{"id": gap.id, "question": gap.question, "asked": gap.times} for gap in found.gaps[1:]],
    }


def _print_group(found: Group) -> None:
    head, *others = found.gaps
    click.echo(f"{head.id:>6} {found.times:>6}  {found.last_day}  {make_printable(head.question)}")
    for gap in others[:MAX_WORDINGS]:
        click.echo(f"{gap.id:>6} {'':>6}  {'':10}    or: {make_printable(gap.question)}")
    if len(others) > MAX_WORDINGS:
        click.echo(f"{'':>6} {'':>6}  {'':10}    and {len(others) - MAX_WORDINGS} more, which --json shows")
