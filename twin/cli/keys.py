"""`flask twin keys`: make, list and revoke the keys of programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click
from flask import current_app

from ..errors import StartError
from ..keys import KeyExists, Keys
from ..settings import load_settings
from ..stores import PATIENT_SECONDS, Databases
from .sessions import ListingGroup
from .terminal import make_printable

MAX_NAME = 80  # characters
MAX_CHATS = 100_000


@click.group("keys", cls=ListingGroup)
def keys_group() -> None:
    """Make, list and revoke the keys with which programs may call /v1 and /mcp; without a command, list them."""


@keys_group.command("add")
@click.argument("name")
@click.option(
    "--per-minute", default=60, show_default=True, type=click.IntRange(1, MAX_CHATS), help="Chats in any minute."
)
@click.option(
    "--per-day", default=2_000, show_default=True, type=click.IntRange(1, MAX_CHATS), help="Chats in any 24 hours."
)
def add_key(name: str, per_minute: int, per_day: int) -> None:
    """Make a key for the program NAME, and print it: only its hash is kept, so that it is shown this once.

    All processes take it within seconds.
    """
    if not name.strip() or len(name) > MAX_NAME or make_printable(name) != name or not name.isprintable():
        raise StartError(f"NAME: give 1 to {MAX_NAME} printable characters.")
    try:
        click.echo(open_keys().add(name, per_minute, per_day))
    except KeyExists:
        raise StartError(f"there is a key {name} already: revoke it first, or choose another name.") from None
    click.echo("Copy it now: it is kept nowhere. Programs send it as their API key.", err=True)


@keys_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_keys(as_json: bool) -> None:
    """Print the keys: name, when it was made, and its limits."""
    rows = [
        {
            "name": key.name,
            "created_at": f"{datetime.fromtimestamp(key.created_at, UTC):%Y-%m-%d %H:%M:%S}",
            "per_minute": key.per_minute,
            "per_day": key.per_day,
        }
        for key in open_keys().fetch_all()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max([len(str(row["name"])) for row in rows] + [4]) + 2
    click.echo(f"{'name':{width}}{'made (UTC)':22}{'a minute':>10}{'a day':>10}")
    for row in rows:
        click.echo(f"{row['name']:{width}}{row['created_at']:22}{row['per_minute']:>10}{row['per_day']:>10}")


@keys_group.command("revoke")
@click.argument("name")
def revoke_key(name: str) -> None:
    """Revoke the key NAME; all processes refuse it within seconds."""
    if not open_keys().revoke(name):
        raise StartError(f"there is no key {make_printable(name)}: see `flask twin keys`.")
    click.echo("Revoked.")


def open_keys() -> Keys:
    """Return the keys of this deployment."""
    settings = load_settings(current_app.config)
    return Keys(Databases.of(settings, statement_seconds=PATIENT_SECONDS))
