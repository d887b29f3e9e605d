"""Which answers were as expected before, so that one that gets worse is noticed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from ..errors import StartError
from ..system.files import lock_folder, replace_file
from .answers import Outcome
from .cases import FOLDER

PATH = FOLDER / "results.json"


class Kept(BaseModel):
    """What is known of a case: whether it has held, and when it did so last, or else failed."""

    held: bool
    at: datetime


class Results(BaseModel):
    """What is known of all cases, of every file, by their keys."""

    cases: dict[str, Kept] = {}

    @classmethod
    def read(cls, path: Path = PATH) -> Results:
        """Return what is kept, nothing before the first run; raises StartError where the file is wrong."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise StartError(f"{path}: it cannot be read ({error.strerror}).") from None
        except ValidationError:
            raise StartError(f"{path}: these are no results of an earlier run: delete it.") from None

    def find_last(self, outcome: Outcome) -> datetime | None:
        """Return when a case held last, if it does no more."""
        kept = self.cases.get(outcome.case.key)
        return kept.at if kept and kept.held and outcome.holds is False else None

    def take_in(self, outcomes: Iterable[Outcome], *, accept: bool) -> None:
        """Add what came of a run; what has held before stays so, unless the run is accepted as it is."""
        now = datetime.now(UTC).replace(microsecond=0)
        for outcome in outcomes:
            if outcome.holds is not None and (accept or self.find_last(outcome) is None):
                self.cases[outcome.case.key] = Kept(held=outcome.holds, at=now)


def keep(outcomes: Iterable[Outcome], *, accept: bool = False, path: Path = PATH) -> None:
    """Add a run to what is kept; another run at the same time, and a kill at any, leaves the file whole."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock_folder(path.parent):
            results = Results.read(path)
            results.take_in(outcomes, accept=accept)
            replace_file(path, results.model_dump_json(indent=1).encode(), mode=0o600)
    except OSError as error:
        raise StartError(f"{path}: the results cannot be kept ({error.strerror}).") from None
