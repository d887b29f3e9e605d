"""`flask twin spend`: the cost of each day."""

from __future__ import annotations

import json
from typing import Any

import click
from flask import current_app

from ..budget import Budget, Day
from ..errors import StartError
from ..settings import load_settings
from ..stores import Databases


@click.command
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 3_650), help="How many, the newest first."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def spend(days: int, as_json: bool) -> None:
    """Print the cost of each UTC day: calls, tokens and, where prices are set, USD.

    A call that is not settled counts as its worst case; what is held for those that are under way is told apart.
    """
    settings = load_settings(current_app.config)
    budget = Budget(settings, Databases.of(settings))
    if not budget.is_capped:
        raise StartError("DAILY_TOKENS is 0 and DAILY_USD unset: nothing is counted.")
    spent = budget.fetch_days(days)
    if as_json:
        click.echo(json.dumps([_as_row(day) for day in spent], indent=2))
        return
    click.echo(f"{'day':12}{'calls':>10}{'tokens':>14}{'USD':>12}{'tokens held':>14}{'USD held':>12}")
    for day in spent:
        click.echo(
            f"{day.day!s:12}{day.calls:>10}{day.tokens:>14}{day.usd:>12.4f}{day.held_tokens:>14}{day.held_usd:>12.4f}"
        )
    caps = [f"{settings.daily_tokens} tokens"] if settings.daily_tokens else []
    caps += [f"{settings.daily_usd:g} USD"] if settings.daily_usd is not None else []
    click.echo(f"A day may cost {' and '.join(caps)}. What is held is in the sums too, until its calls are settled.")


def _as_row(day: Day) -> dict[str, Any]:
    sums = {"day": str(day.day), "calls": day.calls, "tokens": day.tokens, "usd": day.usd}
    return sums | {"held_calls": day.held_calls, "held_tokens": day.held_tokens, "held_usd": day.held_usd}
