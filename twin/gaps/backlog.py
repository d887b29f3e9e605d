"""The backlog: the gaps that still have no answer, in topics, as the owner's command and the desk show them."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import TwinError
from .gaps import Gap, Gaps
from .groups import group
from .topics import MAX_COMPARED, Topic, join_groups

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from ..llm.embeddings import Embeddings
    from ..prompt import Briefing, Briefings

BATCH = 100  # questions of which vectors are made in one call
VECTOR_SECONDS = 60.0  # that a call may take, with the start of the model
INDEX_SECONDS = 20.0  # that a look waits for the vectors of changed documents
INDEX_POLL_SECONDS = 0.2

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What a look at the backlog found: the topics that wait, and the gaps that have an answer by now."""

    topics: list[Topic]
    answered: list[Gap]


class Backlog:
    """The gaps of one deployment, and what tells which of them have an answer by now."""

    def __init__(self, gaps: Gaps, briefings: Briefings, embeddings: Embeddings | None) -> None:
        """Touch nothing yet; `embeddings` is the embedded model, for whose vectors topics.py has its figures."""
        self._gaps = gaps
        self._briefings = briefings
        self._embeddings = embeddings

    def look(self) -> Look:
        """Delete the gaps that have an answer by now, and return the others in topics, the most asked first.

        Raises StoreUnavailable, and StartError where the persona is wrong.
        """
        kept = self._gaps.fetch_all()
        answered = find_answered(kept, self._briefings) if kept else []
        self._gaps.delete([gap.id for gap in answered])
        gone = {gap.id for gap in answered}
        return Look(self.find_topics([gap for gap in kept if gap.id not in gone]), answered)

    def find_topics(self, gaps: Sequence[Gap]) -> list[Topic]:
        """Return gaps in topics, the most asked first; where there are no vectors, each group is a topic."""
        groups = group(gaps)
        return join_groups(groups, self._embed([each.main.question for each in groups[:MAX_COMPARED]]))

    def _embed(self, questions: Sequence[str]) -> NDArray[float32] | None:
        """Return the vectors of questions, as passages; None where there is no model, or it fails."""
        if self._embeddings is None or len(questions) < 2:
            return None
        import numpy as np

        batches = [[*questions[start : start + BATCH]] for start in range(0, len(questions), BATCH)]
        try:
            embed = self._embeddings.embed
            return np.concatenate([embed(batch, are_queries=False, seconds=VECTOR_SECONDS) for batch in batches])
        except TwinError as error:
            logger.warning("Gaps are grouped by words alone: %s", error)
            return None


def find_answered(gaps: Sequence[Gap], briefings: Briefings) -> list[Gap]:
    """Return the gaps that a chat would answer by now.

    It answers word for word what the owner has answered. A passage answers where a chat would not call an answer
    without a source unknown: it is close beyond doubt, and was not the closest when the question was asked last.
    """
    briefing = briefings.read()
    found = [gap for gap in gaps if briefing.library.faq.find_answer(gap.question, briefing.names) is not None]
    known = {gap.id for gap in found}
    # Of an older Twin's gaps it is unknown whether the model had that passage, and knew no answer.
    asked = [gap for gap in gaps[:MAX_COMPARED] if gap.id not in known and gap.said is not None]
    if asked and briefing.library and _await_index(briefings):
        found += [gap for gap in asked if _is_close(gap, briefings, briefing)]
    return found


def _is_close(gap: Gap, briefings: Briefings, briefing: Briefing) -> bool:
    closest = briefings.find_passages(briefing, [{"role": "user", "content": gap.question}]).close_to
    return closest is not None and closest != gap.close_to


def _await_index(briefings: Briefings) -> bool:
    """Wait for the vectors of the documents, and return whether all are there; none are needed without a model."""
    search = briefings.search
    if search.embeddings is None:
        return True
    give_up = time.monotonic() + INDEX_SECONDS
    try:
        search.embeddings.embed(["?"], are_queries=True, seconds=VECTOR_SECONDS)  # a chat would not wait for its start
    except TwinError:
        return False
    while search.count_missing()[0]:
        if time.monotonic() > give_up:
            return False
        time.sleep(INDEX_POLL_SECONDS)
    return True
