"""`flask twin answer`; and how `flask twin gaps` publishes the owner's answers, and takes them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import click
from flask import current_app

from ..errors import StartError
from ..evaluation import Draft, add_new_cases, prepare_answers, remove_cases
from ..gaps import Topic
from ..settings import load_settings
from ..text.invisible import strip_invisible
from .gap_store import GapStore, open_gaps
from .terminal import count, make_printable, print_line, read_argument

IDS = click.IntRange(1, 2**31 - 1)


@click.command("answer")
@click.argument("gap_id", metavar="ID", type=IDS)
@click.argument("answer")
@click.option("--only", is_flag=True, help="Answer this wording alone, not the others that are like it.")
def answer_gap(gap_id: int, answer: str, only: bool) -> None:
    """Answer question ID of `flask twin gaps`, and those of the same words, with ANSWER, word for word.

    With - the answer is read from standard input. All processes give it within a second; a test question goes
    into instance/evals/own.jsonl. `flask twin gaps --undo` takes it back.
    """
    text = strip_invisible(read_argument(answer, "answer")).strip()
    if not text:
        raise StartError("the answer is empty.")
    store = open_gaps(load_settings(current_app.config))
    draft = _find_draft(store.backlog.find_topics(store.gaps.fetch_all()), gap_id, text, only=only)
    publish(store, [draft])


def publish(store: GapStore, drafts: Sequence[Draft]) -> None:
    """Publish answers as one batch, add their cases to the eval file, and print what is live.

    Raises StartError where faq.jsonl has another answer, and StoreUnavailable; then nothing is published.
    """
    new = prepare_answers(store.briefings.read(), drafts)
    store.answers.publish(new)
    store.gaps.delete([gap.id for draft in drafts for gap in draft.gaps])  # those that the file answers already
    click.echo(f"From now on {'this is the answer' if len(drafts) == 1 else 'these are the answers'} to:")
    for draft in drafts:
        for gap in draft.gaps:
            click.echo(f"  {make_printable(gap.question)}")
    _print_near(drafts)
    try:
        add_new_cases(new)
    except StartError as error:  # the answers are live
        print_line(error)
    if untested := sum(each.eval_case is None for each in new):
        click.echo(f"No test question for {count(untested, 'answer')}: there are no other words in which to ask it.")


def undo(store: GapStore) -> None:
    """Take the last batch of answers back, with its cases, and print its questions; raises StoreUnavailable."""
    taken = store.answers.undo()
    if not taken:
        raise StartError("no answer is left to take back: what is in faq.jsonl you can change there.")
    remove_cases([each.eval_case for each in taken if each.eval_case])
    click.echo(f"Took back {count(len(taken), 'answer')}. These questions wait again:")
    for each in taken:
        click.echo(f"  {make_printable(each.question)}")


def make_drafts(topics: Sequence[Topic], answers: Mapping[int, str]) -> list[Draft]:
    """Return the answers to topics, by the ID of their main question; each goes to the first group alone."""
    asked = [topic for topic in topics if topic.main.id in answers]
    return [Draft(topic.groups[0].gaps, topic.near, answers[topic.main.id]) for topic in asked]


def _find_draft(topics: Sequence[Topic], gap_id: int, text: str, *, only: bool) -> Draft:
    """Return an answer to the gap with this id and those of the same words; with `only`, to that gap alone."""
    for topic in topics:
        for group in topic.groups:
            if gap := next((gap for gap in group.gaps if gap.id == gap_id), None):
                answered = (gap,) if only else group.gaps
                return Draft(answered, tuple(each for each in topic.gaps if each not in answered), text)
    raise StartError(f"there is no question {gap_id}: see `flask twin gaps`.")


def _print_near(drafts: Iterable[Draft]) -> None:
    near = [gap for draft in drafts for gap in draft.near]
    if near:
        click.echo("Also near, and still in the list; the model answers them with this in mind:")
    for gap in near:
        click.echo(f"  {gap.id:>6}  {make_printable(gap.question)}")
