"""The rules for the model, and the date, beside persona and documents."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path


def load_rules() -> str:
    """Return the text of rules.txt."""
    return Path(__file__).with_name("rules.txt").read_text(encoding="utf-8").strip()


def state_date() -> str:
    """Return a sentence with today's date in UTC."""
    day = datetime.now(UTC).date()
    return f"Today is {day:%A}, {day.day} {day:%B %Y} ({day})."
