"""`flask twin gaps`: list the questions that the twin did not know, and let the owner answer them in an editor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from textwrap import shorten
from typing import Any

import click
from flask import current_app

from ..errors import StartError
from ..gaps import Gap, Invention, Topic
from ..settings import Settings, load_settings
from .answer_editor import edit_answers
from .answers import IDS, undo
from .gap_store import GapStore, open_gaps
from .terminal import count, make_printable

SAID_WIDTH = 300  # characters of an answer that are shown
MAX_WORDINGS = 5  # other wordings of a question that are shown


@click.command("gaps")
@click.option("--first", default=50, show_default=True, type=click.IntRange(1), help="How many, the most asked first.")
@click.option("--forget", type=IDS, multiple=True, metavar="ID", help="Delete question ID unanswered; may be repeated.")
@click.option("--made-up", is_flag=True, help="Only the sentences of answers with what your documents do not say.")
@click.option("--edit", "is_to_edit", is_flag=True, help="Open one file with all of them in $EDITOR, to write answers.")
@click.option("--undo", "is_to_undo", is_flag=True, help="Take back the answers that were published last.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_gaps(  # an argument for each option
    first: int, forget: tuple[int, ...], made_up: bool, is_to_edit: bool, is_to_undo: bool, as_json: bool
) -> None:
    """List the questions that the twin did not know, and the sentences in which it made something up.

    Questions that ask for the same thing stand together, the most asked first; those that documents or answers cover
    by now are dropped.
    """
    if sum(map(bool, (forget, is_to_edit, is_to_undo))) > 1:
        raise StartError("--forget, --edit and --undo do not go together.")
    settings = load_settings(current_app.config)
    store = open_gaps(settings)
    if forget:
        found = store.gaps.delete_inventions(forget) if made_up else store.gaps.delete(forget)
        click.echo(f"Deleted {count(found, 'sentence' if made_up else 'question')}.")
    elif is_to_undo:
        undo(store)
    elif made_up:
        _list_inventions(store.gaps.fetch_inventions()[:first], as_json=as_json)
    else:
        _show(store, first, is_to_edit=is_to_edit, as_json=as_json)


def _show(store: GapStore, first: int, *, is_to_edit: bool, as_json: bool) -> None:
    look = store.backlog.look()
    for gap in look.answered:
        click.echo(make_printable(f"Dropped, since it has an answer by now: {gap.question}"), err=True)
    topics = look.topics[:first]
    if is_to_edit and topics:
        edit_answers(store, topics)
        return
    _list_topics(topics, store.settings, as_json=as_json)
    if not (as_json or is_to_edit) and (inventions := store.gaps.fetch_inventions()[:first]):
        click.echo()
        _list_inventions(inventions, as_json=False)


def _list_topics(topics: Sequence[Topic], settings: Settings, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in topics], indent=2, ensure_ascii=False))
    elif not topics:
        click.echo(f"No question waits for an answer.{'' if settings.gaps else ' GAPS is off.'}")
    else:
        click.echo(f"{'id':>6} {'asked':>6}  {'last asked':10}  question")
        for each in topics:
            _print_topic(each)


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


def _as_json(topic: Topic) -> dict[str, Any]:
    alike = {gap.id for gap in topic.groups[0].gaps}
    return {
        "id": topic.main.id,
        "question": topic.main.question,
        "asked": topic.times,
        "first_day": str(min(gap.first_day for gap in topic.gaps)),
        "last_day": str(topic.last_day),
        "said": topic.said,
        "others": [_describe(gap, is_alike=gap.id in alike) for gap in topic.gaps[1:]],
    }


def _describe(gap: Gap, *, is_alike: bool) -> dict[str, Any]:
    """Return another wording; a near one does not get the same answer."""
    return {"id": gap.id, "question": gap.question, "asked": gap.times} | ({} if is_alike else {"near": True})


def _print_topic(topic: Topic) -> None:
    main, alike = topic.main, topic.groups[0].gaps[1:]
    click.echo(f"{main.id:>6} {topic.times:>6}  {topic.last_day}  {make_printable(main.question)}")
    others = [*((gap, "or") for gap in alike), *((gap, "near") for gap in topic.near)]
    for gap, kind in others[:MAX_WORDINGS]:
        click.echo(f"{gap.id:>6} {'':>6}  {'':10}    {kind}: {make_printable(gap.question)}")
    if len(others) > MAX_WORDINGS:
        click.echo(f"{'':>6} {'':>6}  {'':10}    and {len(others) - MAX_WORDINGS} more, which --json shows")
    if topic.said:
        said = shorten(make_printable(topic.said), SAID_WIDTH, placeholder=" …")
        click.echo(f"{'':>6} {'':>6}  {'':10}    it said: “{said}”")
