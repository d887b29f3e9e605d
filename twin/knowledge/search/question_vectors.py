"""Compare the vector of a question with those of the passages."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...errors import TwinError
from .snapshot import Snapshot

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from ...llm.embeddings import Embeddings

MAX_EMBEDDED = 500  # characters of a question of which a vector is made: each takes a third of a millisecond
QUERY_SECONDS = 2.0  # that the question's vector may take; after that, words alone find

logger = logging.getLogger(__name__)


class Comparison:
    """Makes the vectors of questions; while that fails, one line in the log says so."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._is_told = False  # whether the log has that line

    def compare(self, question: str, before: Sequence[str], snapshot: Snapshot) -> NDArray[float32] | None:
        """Return the cosine of each passage that has a vector, `(passages,)`; None where only words can be compared.

        Two vectors are made, of the question alone and after those before it, and the nearer one counts.
        """
        texts = [question, " ".join([*before, question])] if before else [question]
        try:
            if snapshot.matrix is None:
                # Raises where the model cannot start; else nothing would tell the owner that no vectors will come.
                self._embeddings.check()
                return None
            vectors = self._embeddings.embed([*map(shorten_question, texts)], are_queries=True, seconds=QUERY_SECONDS)
            cosines: NDArray[float32] = (snapshot.matrix @ vectors.T).max(axis=1)
        except (TwinError, ValueError) as error:  # the second: a server that changed its vectors' dimensions
            if not self._is_told:
                logger.warning("Documents are found by words alone for now: %s", error)
            self._is_told = True
            return None
        self._is_told = False
        return cosines


def shorten_question(question: str) -> str:
    """Return a question of at most MAX_EMBEDDED characters: of a longer one its beginning and end, which mostly ask."""
    if len(question) <= MAX_EMBEDDED:
        return question
    return f"{question[: MAX_EMBEDDED * 2 // 3]} {question[-MAX_EMBEDDED // 3 :]}"
