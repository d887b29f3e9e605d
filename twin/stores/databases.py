"""The databases of a deployment: one in `DATABASE_URL`, or a SQLite file for each purpose."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from ..settings import Settings
from ..system import paths
from ..telemetry.metrics import Metrics
from .database import STATEMENT_SECONDS, Database

PATIENT_SECONDS = 3_600  # the timeout of a statement of a command, whose owner can wait


class Databases:
    """The databases of one process; all that is kept for one purpose shares one of them."""

    def __init__(
        self,
        url: str | None,
        instance: Path,
        *,
        statement_seconds: int = STATEMENT_SECONDS,
        metrics: Metrics | None = None,
    ) -> None:
        """Connect to nothing yet; raises StartError where DATABASE_URL's client is missing."""
        self._metrics = metrics or Metrics()
        self._shared = Database(url, statement_seconds=statement_seconds, metrics=self._metrics) if url else None
        self._instance = instance
        self._opened: dict[str, Database] = {}
        self._opening = Lock()

    @classmethod
    def of(
        cls, settings: Settings, *, statement_seconds: int = STATEMENT_SECONDS, metrics: Metrics | None = None
    ) -> Databases:
        """Return those of this deployment."""
        return cls(settings.database_url, paths.INSTANCE, statement_seconds=statement_seconds, metrics=metrics)

    def open(self, purpose: str) -> Database:
        """Return the database for a purpose, the same each time; raises StartError where a file cannot be made."""
        if self._shared:
            return self._shared
        with self._opening:
            if purpose not in self._opened:
                self._opened[purpose] = Database(f"sqlite:///{self._file(purpose)}", metrics=self._metrics)
            return self._opened[purpose]

    def has(self, purpose: str) -> bool:
        """Return whether a database exists for a purpose; always true of PostgreSQL, which is not connected to."""
        file = self._shared.file if self._shared else self._file(purpose)
        return file is None or file.exists()

    def _file(self, purpose: str) -> Path:
        return self._instance / f"{purpose}.db"
