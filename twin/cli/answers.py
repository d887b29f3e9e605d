"""`flask twin answer`; and how `flask twin gaps` publishes the owner's answers, and takes them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import click
from flask import current_app

from ..errors import StartError
from ..evaluation import add_cases, make_case, remove_cases
from ..gaps import Gap, NewAnswer, Topic
from ..knowledge.faq import FAQ_FILE, Entry, Faq
from ..prompt import Briefing
from ..settings import load_settings
from ..text.invisible import strip_invisible
from .gap_store import GapStore, open_gaps
from .terminal import count, make_printable, print_line, read_argument

IDS = click.IntRange(1, 2**31 - 1)


@dataclass(frozen=True)
class Draft:
    """An answer that is to be published to gaps, the first of which is the question; `near` are others of its topic."""

    gaps: tuple[Gap, ...]
    near: tuple[Gap, ...]
    text: str


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
    briefing = store.briefings.read()
    for draft in drafts:
        if fault := find_conflict(briefing, draft.gaps[0], draft.text):
            raise StartError(fault)
    new = _make_answers(briefing, drafts)
    store.answers.publish(new)
    store.gaps.delete([gap.id for draft in drafts for gap in draft.gaps])  # those that the file answers already
    click.echo(f"From now on {'this is the answer' if len(drafts) == 1 else 'these are the answers'} to:")
    for draft in drafts:
        for gap in draft.gaps:
            click.echo(f"  {make_printable(gap.question)}")
    _print_near(drafts)
    try:
        add_cases([each.eval_case for each in new if each.eval_case])
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


def find_conflict(briefing: Briefing, gap: Gap, answer: str) -> str | None:
    """Return why an answer would not be given, if so: faq.jsonl comes first, and has another one or is unreadable."""
    library, name = briefing.library, f"instance/knowledge/{FAQ_FILE}"
    for skipped in library.skipped:
        if skipped.name.lower() == FAQ_FILE and not any(each.name == skipped.name for each in library.documents):
            return f"{name}: {skipped.reason}."
    if library.faq.find_answer(gap.question, briefing.names) in (None, answer):
        return None
    return f"{name} has another answer to “{gap.question}”: change it there, then `flask twin gaps --forget {gap.id}`."


def _make_answers(briefing: Briefing, drafts: Iterable[Draft]) -> list[NewAnswer]:
    """Return the answers that are not known yet, each with a case whose question is answered by the model."""
    library, names = briefing.library, briefing.names
    drafts = [draft for draft in drafts if library.faq.find_answer(draft.gaps[0].question, names) is None]
    entries = [
        Entry(question=draft.gaps[0].question, answer=draft.text, aliases=[gap.question for gap in draft.gaps[1:]])
        for draft in drafts
    ]
    faq = Faq.of([*library.entries, *entries])
    new = []
    for draft in drafts:
        near = [gap.question for gap in draft.near]
        main = draft.gaps[0].question
        case = make_case(main, near, draft.text, lambda asked: faq.find_answer(asked, names) is not None)
        new.append(NewAnswer(draft.gaps, draft.text, case.line if case else None))
    return new


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
