"""What a service has spent, and what a call may cost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from twin.budget import Budget
from twin.settings import Settings
from twin.stores import Databases

from .service import ROOT, Service
from .settings import KEY


def spent(service: Service) -> int:
    """Today's tokens, straight from the file."""
    with closing(sqlite3.connect(service.root / "instance" / "budget.db")) as connection:
        return int(connection.execute("SELECT tokens FROM budget_days").fetchone()[0])


def worst_case(message: str = "Who are you?", output: int = 2_000) -> int:
    """The worst case of one attempt, in tokens."""
    persona = (ROOT / "me.txt").read_text().strip()
    budget = Budget(Settings(openai_api_key=KEY, max_output_tokens=output), Databases(None, Path("unused")))
    return budget.find_worst_case([{"content": persona}, {"content": message}]).tokens
