"""The twin's answers to the questions of cases, and their faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from ..errors import BudgetExhausted, ModelMisconfigured, StartError, StoreUnavailable, TwinError
from ..runtime import Runtime
from ..turn import Reply, begin
from .cases import Case
from .matching import find

# Faults after which no further question would be answered.
STOPPING = (BudgetExhausted, ModelMisconfigured, StartError, StoreUnavailable)


@dataclass(frozen=True)
class Outcome:
    """The outcome of a case."""

    case: Case
    answer: str | None  # None where the twin gave none
    sources: tuple[str, ...] = ()  # the files that the answer cites
    faults: tuple[str, ...] = ()  # of the answer, or why there is none

    @property
    def holds(self) -> bool | None:
        """Whether the answer is as expected; None without an answer."""
        return None if self.answer is None else not self.faults


def ask_all(runtime: Runtime, cases: Iterable[Case]) -> Iterator[Outcome]:
    """Ask each question in a turn of its own; stop asking after a fault that would meet every further question."""
    waiting = iter(cases)
    for case in waiting:
        try:
            with closing(begin(runtime, case.question, None)) as turn:
                outcome = judge(case, turn.answer())
        except (StartError, TwinError) as error:
            yield Outcome(case, None, faults=(str(error),))
            if isinstance(error, STOPPING):
                break
        else:
            yield outcome
    for case in waiting:
        yield Outcome(case, None, faults=("it was not asked.",))


def judge(case: Case, reply: Reply) -> Outcome:
    """Return the outcome of a case whose question got `reply`."""
    sources = tuple(dict.fromkeys(source.file for source in reply.annotations.sources or []))
    faults = [f"lacks “{expected}”" for expected in case.must if find(expected, reply.text) is None]
    for unwanted in case.must_not:
        if (found := find(unwanted, reply.text)) is not None:
            faults.append(f"holds “{found}”")
    if case.source and not any(_is_named(file, case.source) for file in sources):
        faults.append(f"cites {', '.join(sources) or 'nothing'}, not {case.source}")
    return Outcome(case, reply.text, sources, tuple(faults))


def _is_named(file: str, name: str) -> bool:
    """Return whether `name` is the name of a file, with or without its folders."""
    return f"/{file}".casefold().endswith(f"/{name}".casefold())
