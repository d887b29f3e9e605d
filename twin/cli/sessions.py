"""`flask twin sessions`: what is remembered, for the owner."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from pydantic import ValidationError

from ..errors import StartError
from ..memory import Conversation, Export, Housekeeping, Memory, parse_session_id
from ..memory.vacuum import vacuum
from ..settings import Settings, load_settings
from ..stores import PATIENT_SECONDS, Databases
from .terminal import count, make_printable, print_line

ENDS = IMPORTED, KNOWN, SKIPPED, BROKEN = (
    "imported",
    "already there",
    "skipped (empty, or an id that is no UUID)",
    "broken",
)


class ListingGroup(click.Group):
    """Commands of which `list` is run, with its options, where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` before options, and where nothing stands."""
        names_none = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, ["list", *args] if names_none else args)


@click.group(cls=ListingGroup)
def sessions() -> None:
    """List, show, export, import and purge what is remembered; alone, list it."""


@sessions.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="How many, the latest first.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_sessions(last: int, as_json: bool) -> None:
    """Print sessions: id, beginning, last message, and how many messages."""
    rows = [
        {
            "session_id": str(overview.session.id),
            "created_at": _as_time(overview.session.created_at),
            "updated_at": _as_time(overview.session.updated_at),
            "messages": overview.messages,
        }
        for overview in open_memory().list_latest(last)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    click.echo(f"{'session':38}{'began (UTC)':22}{'last message':22}{'messages':>8}")
    for row in rows:
        click.echo(f"{row['session_id']:38}{row['created_at']:22}{row['updated_at']:22}{row['messages']:>8}")


@sessions.command("show")
@click.argument("session_id")
@click.option("--json", "as_json", is_flag=True, help="Print what `export` prints.")
def show_session(session_id: str, as_json: bool) -> None:
    """Print what was said in a session."""
    kept = _find(open_memory(), session_id)
    if as_json:
        click.echo(Export.of(kept).model_dump_json(indent=2))
        return
    for message in kept.messages:
        mark = " (interrupted)" if message.finish_reason == "interrupted" else ""
        speaker = "visitor" if message.role == "user" else f"twin{mark}"
        click.echo(f"{_as_time(message.created_at)} {speaker}: {make_printable(message.text)}")


@sessions.command("export")
@click.argument("session_ids", nargs=-1)
def export_sessions(session_ids: tuple[str, ...]) -> None:
    """Print all that is kept of SESSION_IDS, or of every session, as JSON lines."""
    memory = open_memory()
    for kept in [_find(memory, each) for each in session_ids] if session_ids else memory.fetch_all():
        click.echo(Export.of(kept).model_dump_json())


@sessions.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def import_sessions(path: Path) -> None:
    """Take in an export, or an older service's folder of SESSION_ID.json; sessions that are there stay as they are."""
    memory = open_memory()
    counts = Counter[str]()
    for place, text in _read_folder(path) if path.is_dir() else _read_lines(path):
        try:
            counts[_take_in(memory, _parse(text, place))] += 1
        except StartError as error:  # the others may be well
            print_line(error)
            counts[BROKEN] += 1
    click.echo(", ".join(f"{counts[end]} {end}" for end in ENDS) + ".")
    if counts[BROKEN]:
        raise SystemExit(2)


@sessions.command("purge")
@click.argument("session_ids", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Delete every session.")
def purge_sessions(session_ids: tuple[str, ...], is_all: bool) -> None:
    """Delete SESSION_IDS, or what is older than RETENTION_DAYS, and leave no trace of what was said in the file."""
    settings = _settings()
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
    """Return what is remembered, also where `MEMORY` is off by now; raises StartError where nothing ever was."""
    settings = settings or _settings()
    databases = Databases.of(settings, statement_seconds=PATIENT_SECONDS)
    if not (settings.memory or databases.has("memory")):
        raise StartError("MEMORY is off, and nothing is remembered.")
    return Memory(settings, databases)


def _take_in(memory: Memory, export: Export) -> str:
    session_id = parse_session_id(export.session_id)
    if session_id is None or not export.messages:
        return SKIPPED
    return IMPORTED if memory.insert(export.restore(session_id)) else KNOWN


def _settings() -> Settings:
    return load_settings(current_app.config)


def _find(memory: Memory, session_id: str) -> Conversation:
    if (kept := memory.fetch(session_id)) is None:
        raise StartError(f"there is no session {session_id}: see `flask twin sessions`.")
    return kept


def _read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each line of an export, after where it is."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield f"{path}, line {number}", line


def _read_folder(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each session of a service that kept arrays of `{"role", "content", "timestamp"}`, as an export's line."""
    for file in sorted(path.glob("*.json")):
        yield str(file), _translate(file)


def _translate(file: Path) -> str:
    """Return an older service's session as an export's line; one that is none becomes no JSON."""
    try:
        said = json.loads(file.read_text(encoding="utf-8", errors="replace"))
        messages = [{**message, "timestamp": _as_utc(message.get("timestamp"), file)} for message in said]
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return "no conversation as older services kept it"
    began = messages[0]["timestamp"] if messages else _as_utc(None, file)
    return json.dumps({"session_id": file.stem, "created_at": began, "messages": messages})


def _as_utc(timestamp: str | None, file: Path) -> str:
    """Return a time with its zone; older services wrote none, or no time at all."""
    if timestamp is None:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat()
    time = datetime.fromisoformat(timestamp)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()


def _parse(text: str, place: str) -> Export:
    try:
        return Export.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise StartError(f"{place}: {'.'.join(map(str, fault['loc'])) or 'text'}: {fault['msg']}") from None


def _as_time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
