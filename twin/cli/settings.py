"""`flask twin settings`: each setting with its value, source and meaning."""

from __future__ import annotations

import json

import click
from flask import current_app

from ..settings import Settings, as_text, collect_values, load_settings


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def print_settings(as_json: bool) -> None:
    """Print every setting: its value, where that came from, and its meaning; secrets are masked."""
    loaded = load_settings(current_app.config)
    given = collect_values(current_app.config)
    rows = [
        {
            "name": name.upper(),
            "value": as_text(getattr(loaded, name)) or None,
            "source": given[name].source if name in given else "default",
            "meaning": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['name']}={row['value'] or ''}  ({row['source']})\n    {row['meaning']}")
