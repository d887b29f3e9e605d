"""`flask twin desk`: print a link that signs its owner in to the desk."""

from __future__ import annotations

import click
from flask import current_app

from ..errors import StartError
from ..owner import LINK_SECONDS, Accounts, Desk
from ..settings import Settings, load_settings
from .sessions import open_memory
from .terminal import count


@click.command("desk")
@click.option("--url", help="Where the service is reached; else a host of ALLOWED_HOSTS, or this machine.")
@click.option("--end", is_flag=True, help="End every session and link instead.")
def open_desk(url: str | None, end: bool) -> None:
    """Print a link that opens the desk once within ten minutes, on whichever device it is opened."""
    settings = load_settings(current_app.config)
    accounts = find_accounts(settings)
    if end:
        click.echo(f"Ended {count(accounts.end_all(), 'session')}.")
        return
    base = (url or _find_url(settings)).rstrip("/")
    if not base.startswith(("https://", "http://")):
        raise StartError("--url: it does not begin with https:// or http://.")
    click.echo(f"{base}/desk/link#{accounts.make_link_token()}")
    click.echo(f"It signs in once within {LINK_SECONDS // 60} minutes: show it to nobody.", err=True)


def find_accounts(settings: Settings) -> Accounts:
    """Return the desk's accounts; raises StartError where MEMORY is off."""
    if not settings.memory:
        raise StartError("MEMORY is off, and the desk needs it: set MEMORY=on.")
    return Desk(settings, open_memory(settings)).accounts


def _find_url(settings: Settings) -> str:
    host = next((host for host in settings.allowed_hosts if not host.startswith(".")), None)
    return f"https://{host}" if host else f"http://localhost:{settings.port}"
