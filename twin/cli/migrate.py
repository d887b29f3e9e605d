"""`flask twin migrate`: upgrade the tables of a PostgreSQL."""

from __future__ import annotations

import click
from flask import current_app

from ..settings import load_settings
from ..stores import PATIENT_SECONDS, Database
from ..stores.tables import REVISION


@click.command
def migrate() -> None:
    """Bring the tables in DATABASE_URL to this version.

    The service itself makes them where there are none, and changes those in its own files.
    """
    url = load_settings(current_app.config).database_url
    if url is None:
        click.echo("DATABASE_URL is not set: the service changes its own files itself.")
        return
    Database(url, statement_seconds=PATIENT_SECONDS, upgrades=True).check()
    click.echo(f"The tables are those of migration {REVISION}, the newest.")
