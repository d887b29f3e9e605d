"""What a service has spent."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from .service import Service


def spent(service: Service) -> int:
    """Today's tokens, straight from the file."""
    with closing(sqlite3.connect(service.root / "instance" / "budget.db")) as connection:
        return int(connection.execute("SELECT tokens FROM budget_days").fetchone()[0])
