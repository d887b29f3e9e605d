"""`flask twin notify`: try the channels of `NOTIFY_URLS`."""

from __future__ import annotations

import click
from flask import current_app

from ..budget import Budget
from ..errors import StartError
from ..owner.notices import Notices
from ..settings import load_settings
from ..stores import Databases


@click.command
@click.option("--test", is_flag=True, help="Send a notice that says it is a test.")
def notify(test: bool) -> None:
    """Print which channels took a notice, and how the others failed; exit with 1 if one did.

    Without --test, print how each channel fared the last time.
    """
    settings = load_settings(current_app.config)
    if settings.notify_urls is None:
        raise StartError("NOTIFY_URLS is unset: see docs/desk.md.")
    databases = Databases.of(settings)
    notices = Notices(settings, databases, Budget(settings, databases))
    if test:
        outcomes = [(each.channel.name, each.fault) for each in notices.test()]
        if not outcomes:
            raise StartError("no process could be started to send a notice.")
    else:
        outcomes = [(each.name, each.fault if each.is_dead else None) for each in notices.fetch_channels()]
        click.echo("" if outcomes else "No notice was sent yet: `flask twin notify --test` sends one.", nl=not outcomes)
    for name, fault in outcomes:
        click.echo(f"{'WRONG' if fault else 'ok   '}  {name}{f': {fault}' if fault else ''}")
    if failed := sum(fault is not None for _, fault in outcomes):
        click.echo(
            f"PARTIAL: {failed} of {len(outcomes)} channels failed." if failed < len(outcomes) else "None took it."
        )
        raise SystemExit(1)
