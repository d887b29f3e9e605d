"""`flask twin sessions`: list, show, export, import and purge the conversations that are remembered."""

from __future__ import annotations

import json
import math
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten

import click
from flask import current_app

from ..errors import StartError
from ..memory import Conversation, Export, Housekeeping, Memory
from ..memory.transcript import is_owners
from ..memory.vacuum import vacuum
from ..owner import View, fetch_page, find_sessions
from ..settings import Settings, load_settings
from .databases import open_databases
from .session_import import BROKEN, IMPORT_RESULTS, import_all
from .terminal import count, make_printable

QUESTION_CHARACTERS = 60  # of a first question in the list


class ListingGroup(click.Group):
    """A group of commands that runs `list`, with its options, where no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert `list` before options that follow no command, and where there are no arguments."""
        names_none = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, ["list", *args] if names_none else args)


@click.group("sessions", cls=ListingGroup)
def sessions_group() -> None:
    """List, show, export, import and purge remembered sessions; without a command, list them."""


@sessions_group.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="How many, the latest first.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only those with a message since this day (UTC).")
@click.option("--search", default="", help="Only those in which all these words occur.")
@click.option("--own", is_flag=True, help="Your own tries, which else are left out.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_sessions(last: int, since: datetime | None, search: str, own: bool, as_json: bool) -> None:
    """Print sessions: id, beginning, last message, how many messages, and the first question."""
    start = since.replace(tzinfo=UTC).timestamp() if since else 0.0
    rows = list_rows(open_memory(), View("own" if own else "visitors", search, since=start), last)
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    click.echo(f"{'session':38}{'began (UTC)':22}{'last message':22}{'messages':>8}  first question")
    for row in rows:
        question = shorten(make_printable(str(row["first_question"])), QUESTION_CHARACTERS, placeholder=" …")
        line = f"{row['session_id']:38}{row['created_at']:22}{row['updated_at']:22}{row['messages']:>8}"
        click.echo(f"{line}  {question}".rstrip())


@sessions_group.command("show")
@click.argument("session_id")
@click.option("--json", "as_json", is_flag=True, help="Print what `export` prints.")
def print_session(session_id: str, as_json: bool) -> None:
    """Print the messages of a session."""
    kept = _fetch_session(open_memory(), session_id)
    if as_json:
        click.echo(Export.of(kept).model_dump_json(indent=2))
        return
    for message in kept.messages:
        mark = " (interrupted)" if message.finish_reason == "interrupted" else ""
        is_in_person = is_owners(message) and message.finish_reason != "held"
        speaker = "visitor" if message.role == "user" else "you" if is_in_person else f"twin{mark}"
        click.echo(f"{_as_time(message.created_at)} {speaker}: {make_printable(message.text)}")


@sessions_group.command("export")
@click.argument("session_ids", nargs=-1)
def export_sessions(session_ids: tuple[str, ...]) -> None:
    """Print all that is kept of SESSION_IDS, or of every session, as JSON lines."""
    memory = open_memory()
    for kept in [_fetch_session(memory, each) for each in session_ids] if session_ids else memory.fetch_all():
        click.echo(Export.of(kept).model_dump_json())


@sessions_group.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def import_sessions(path: Path) -> None:
    """Import an export, or an older service's folder of SESSION_ID.json; sessions stored already stay unchanged."""
    counts = import_all(open_memory(), path)
    click.echo(", ".join(f"{counts[result]} {result}" for result in IMPORT_RESULTS) + ".")
    if counts[BROKEN]:
        raise SystemExit(2)


@sessions_group.command("purge")
@click.argument("session_ids", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Delete every session.")
def purge_sessions(session_ids: tuple[str, ...], is_all: bool) -> None:
    """Delete SESSION_IDS, or sessions unused for RETENTION_DAYS, and erase every trace of their text from the file."""
    settings = load_settings(current_app.config)
    memory = open_memory(settings)
    memory.forget_leases()
    housekeeping = Housekeeping(memory, settings.retention_days)
    if session_ids:
        number = sum(map(memory.delete, session_ids))
    else:
        housekeeping.delete_expired_gaps()
        number = housekeeping.delete_unused(math.inf) if is_all else housekeeping.delete_expired()
    deleted = f"Deleted {count(number, 'session')}"
    if memory.database.file is None:
        click.echo(f"{deleted}. What PostgreSQL's WAL and backups keep: docs/memory.md.")
        return
    try:
        is_clean = vacuum(str(memory.database.file))
    except sqlite3.Error as error:
        raise StartError(f"{deleted}, but traces are left in the file ({error}).") from None
    if not is_clean:
        raise StartError(f"{deleted}, but somebody who reads the file keeps traces in its log.")
    click.echo(f"{deleted}, and no trace of what was said is left in the file.")


def open_memory(settings: Settings | None = None) -> Memory:
    """Return the stored sessions, also where `MEMORY` was turned off; raises StartError where none were ever stored."""
    settings = settings or load_settings(current_app.config)
    fault = "MEMORY is off, and nothing is remembered."
    return Memory(settings, open_databases(settings, is_on=settings.memory, fault=fault))


def list_rows(memory: Memory, view: View, last: int) -> list[dict[str, object]]:
    """Return the last sessions of a view, in JSON's types."""
    entries = fetch_page(memory.database, view, size=last).entries
    ids = find_sessions(memory.database, [entry.number for entry in entries])
    return [
        {
            "session_id": str(ids[entry.number]),
            "created_at": _as_time(entry.began_at),
            "updated_at": _as_time(entry.updated_at),
            "messages": entry.messages,
            "first_question": entry.first_question,
            "unknown": entry.unknown,
            "unsupported": entry.unsupported,
        }
        for entry in entries
        if entry.number in ids
    ]


def _fetch_session(memory: Memory, session_id: str) -> Conversation:
    if (kept := memory.fetch(session_id)) is None:
        raise StartError(f"there is no session {session_id}: see `flask twin sessions`.")
    return kept


def _as_time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
