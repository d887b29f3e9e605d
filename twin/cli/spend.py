"""`flask twin spend`: what the days have cost."""

from __future__ import annotations

import json

import click
from flask import current_app

from ..budget import Budget
from ..config import load_settings
from ..db import Databases
from ..errors import StartError


@click.command
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 3_650), help="How many, the newest first."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def spend(days: int, as_json: bool) -> None:
    """Print what each UTC day has cost: calls, tokens and, where prices are set, USD.

    A call that is not settled counts as its worst case.
    """
    settings = load_settings(current_app.config)
    budget = Budget(settings, Databases.of(settings))
    if not budget.is_capped:
        raise StartError("DAILY_TOKENS is 0 and DAILY_USD unset: nothing is counted.")
    spent = budget.fetch_days(days)
    if as_json:
        rows = [{"day": str(day.day), "calls": day.calls, "tokens": day.tokens, "usd": day.usd} for day in spent]
        click.echo(json.dumps(rows, indent=2))
        return
    click.echo(f"{'day':12}{'calls':>10}{'tokens':>14}{'USD':>12}")
    for day in spent:
        click.echo(f"{day.day!s:12}{day.calls:>10}{day.tokens:>14}{day.usd:>12.4f}")
    caps = [f"{settings.daily_tokens} tokens"] if settings.daily_tokens else []
    caps += [f"{settings.daily_usd:g} USD"] if settings.daily_usd is not None else []
    click.echo(f"A day may cost {' and '.join(caps)}.")
