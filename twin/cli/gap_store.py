"""The gaps, the answers and the documents of a deployment, for the owner's commands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..gaps import Answers, Backlog, Gaps
from ..prompt import Briefings
from ..settings import Settings
from ..stores import Databases
from ..system import paths
from .databases import open_databases


@dataclass
class GapStore:
    """What the commands about gaps work with; documents and vectors are read when they are first needed."""

    settings: Settings
    databases: Databases

    @cached_property
    def gaps(self) -> Gaps:
        """The gaps."""
        return Gaps(self.databases)

    @cached_property
    def answers(self) -> Answers:
        """The owner's answers in the database."""
        return Answers(self.databases)

    @cached_property
    def briefings(self) -> Briefings:
        """The owner's files and answers; raises StartError where the persona is wrong."""
        return Briefings(self.settings, read_answers=self.answers.read)

    @cached_property
    def backlog(self) -> Backlog:
        """The gaps in topics, by the vectors of the embedded model, whichever one finds documents."""
        from ..llm.embeddings import find_embeddings  # openai takes 0.6 s to import

        embedded = find_embeddings(self.settings.model_copy(update={"embedding_model": None}), paths.INSTANCE)
        return Backlog(self.gaps, self.briefings, embedded)


def open_gaps(settings: Settings) -> GapStore:
    """Return the recorded gaps, also where `GAPS` was turned off; raises StartError where none were ever recorded."""
    fault = "GAPS is off, and no question was recorded: set GAPS=on and MEMORY=on."
    return GapStore(settings, open_databases(settings, is_on=settings.gaps, fault=fault))
