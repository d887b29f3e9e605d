"""The databases for the owner's commands, which may take their time."""

from __future__ import annotations

from ..errors import StartError
from ..settings import Settings
from ..stores import PATIENT_SECONDS, Databases


def open_databases(settings: Settings, *, is_on: bool, fault: str) -> Databases:
    """Return the databases; raises StartError(`fault`) where a part is off, and nothing was stored before that."""
    databases = Databases.of(settings, statement_seconds=PATIENT_SECONDS)
    if not (is_on or databases.has("memory")):
        raise StartError(fault)
    return databases
