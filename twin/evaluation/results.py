"""The results of earlier runs, so that an answer that gets worse is noticed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from ..errors import StartError
from ..system import paths
from ..system.files import lock_folder, replace_file
from .answers import Outcome

RESULTS = "results.json"


class KeptResult(BaseModel):
    """The result of a case: whether it has ever held, and when it last held, or else failed."""

    held: bool
    at: datetime


class Results(BaseModel):
    """The results of all cases of all files, by their keys."""

    cases: dict[str, KeptResult] = {}

    @classmethod
    def read(cls, path: Path | None = None) -> Results:
        """Return the stored results, empty before the first run; raises StartError where the file is invalid."""
        path = path or paths.EVALS / RESULTS
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise StartError(f"{path}: it cannot be read ({error.strerror}).") from None
        except ValidationError:
            raise StartError(f"{path}: these are no results of an earlier run: delete it.") from None

    def find_last(self, outcome: Outcome) -> datetime | None:
        """Return when a case last held, if it now fails."""
        kept = self.cases.get(outcome.case.key)
        return kept.at if kept and kept.held and outcome.holds is False else None

    def take_in(self, outcomes: Iterable[Outcome], *, accept: bool) -> None:
        """Add a run; a case that has held before keeps its result, unless the run is accepted as it is."""
        now = datetime.now(UTC).replace(microsecond=0)
        for outcome in outcomes:
            if outcome.holds is not None and (accept or self.find_last(outcome) is None):
                self.cases[outcome.case.key] = KeptResult(held=outcome.holds, at=now)


def keep(outcomes: Iterable[Outcome], *, accept: bool = False, path: Path | None = None) -> None:
    """Add a run to the stored results; the file stays whole through concurrent runs and kills."""
    path = path or paths.EVALS / RESULTS
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock_folder(path.parent):
            results = Results.read(path)
            results.take_in(outcomes, accept=accept)
            replace_file(path, results.model_dump_json(indent=1).encode(), mode=0o600)
    except OSError as error:
        raise StartError(f"{path}: the results cannot be kept ({error.strerror}).") from None
