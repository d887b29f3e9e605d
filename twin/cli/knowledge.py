"""`flask twin knowledge`: which documents the twin answers from, and which not, and why."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import click
from flask import current_app

from ..config import load_settings
from ..knowledge.library import Library, Selection
from ..prompt import Prompt
from .terminal import make_printable


@dataclass(frozen=True)
class Line:
    """One file: how many tokens it has and how many of them are sent; `note` says what there is to say of it."""

    name: str
    tokens: int
    sent: int
    note: str


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def knowledge(as_json: bool) -> None:
    """List the files in instance/knowledge/: tokens (estimated), how many of them are sent, and what is wrong."""
    briefing = Prompt(load_settings(current_app.config)).read()
    lines = list_files(briefing.library, briefing.selection)
    if as_json:
        click.echo(json.dumps({"files": [asdict(line) for line in lines]}, indent=2, ensure_ascii=False))
    elif not lines:
        click.echo("There is nothing in instance/knowledge/: the twin knows what me.txt says.")
    else:
        click.echo(f"{'tokens':>8} {'sent':>8}  file")
        for line in lines:
            note = f"  ({line.note})" if line.note else ""
            click.echo(f"{line.tokens:>8} {line.sent:>8}  {make_printable(line.name + note)}")


def list_files(library: Library, selection: Selection) -> list[Line]:
    """Return a line for each file, in the order of their names."""
    sent = {document.name: document.sent for document in selection.left_out}
    reasons = {skipped.name: skipped.reason for skipped in library.skipped}
    lines = {name: Line(name, 0, 0, reason) for name, reason in reasons.items()}
    for document in library.documents:
        notes = ["private"] if document.is_private else []
        if document.name in reasons:
            notes.append(reasons[document.name])
        if document.name in sent:
            notes.append("KNOWLEDGE_TOKENS or MODEL_CONTEXT leave no room for more")
        lines[document.name] = Line(
            document.name, document.tokens, sent.get(document.name, document.tokens), "; ".join(notes)
        )
    return sorted(lines.values(), key=lambda line: line.name)
