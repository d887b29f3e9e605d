"""Compare the vector of a question with those of the passages."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

from ...errors import TwinError
from .snapshot import Snapshot, centre_vectors

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from ...llm.embeddings import Embeddings

MAX_EMBEDDED = 500  # characters of a question of which a vector is made: each takes a third of a millisecond
MAX_KEPT = 2_000  # vectors of questions, 3 MB
BEFORE_WEIGHT = 0.7  # of the mean of the questions before
QUERY_SECONDS = 2.0  # that the question's vector may take; after that, words alone find

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Similarities:
    """How near each passage that has a vector is to a question, `(passages,)`."""

    cosines: NDArray[float32]
    centred: NDArray[float32]  # cosines without what all documents have in common: by these, passages are ranked


class Comparison:
    """Makes the vectors of questions, and keeps the last ones; while that fails, one line in the log says so."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._is_told = False  # whether the log has that line
        self._kept: OrderedDict[bytes, NDArray[float32]] = OrderedDict()  # by the digest of the text: no one's words
        self._lock = Lock()

    def compare(self, question: str, before: Sequence[str], snapshot: Snapshot) -> Similarities | None:
        """Return how near each passage is that has a vector; None where only words can be compared.

        The nearer one counts of two vectors: the question's, and its mean with those of the questions before, most of
        which are kept. So a question costs one vector, and one that was asked before none.
        """
        import numpy as np

        try:
            if snapshot.matrix is None:
                # Raises where the model cannot start; else nothing would tell the owner that no vectors will come.
                self._embeddings.check()
                return None
            vectors = self._find_vectors([question, *before])
            if before:
                mean = vectors[0] + BEFORE_WEIGHT * vectors[1:].mean(axis=0)
                vectors = np.stack([vectors[0], mean / np.linalg.norm(mean)])
            cosines: NDArray[float32] = (snapshot.matrix @ vectors.T).max(axis=1)
            centred: NDArray[float32] = snapshot.centred @ centre_vectors(vectors, snapshot.centre).T
        except (TwinError, ValueError) as error:  # the second: a server that changed its vectors' dimensions
            if not self._is_told:
                logger.warning("Documents are found by words alone for now: %s", error)
            self._is_told = True
            return None
        self._is_told = False
        return Similarities(cosines, centred.max(axis=1))

    def _find_vectors(self, texts: Sequence[str]) -> NDArray[float32]:
        """Return the vectors of texts, `(texts, dimensions)`; those that are not kept are made in one call."""
        import numpy as np

        short = [shorten_question(text) for text in texts]
        keys = [sha256(text.encode()).digest() for text in short]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        missing = {key: text for key, text in zip(keys, short, strict=True) if key not in found}
        if missing:
            made = self._embeddings.embed([*missing.values()], are_queries=True, seconds=QUERY_SECONDS)
            found |= dict(zip(missing, made, strict=True))
        with self._lock:
            for key in keys:
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return np.stack([found[key] for key in keys])


def shorten_question(question: str) -> str:
    """Return a question of at most MAX_EMBEDDED characters: of a longer one its beginning and end, which mostly ask."""
    if len(question) <= MAX_EMBEDDED:
        return question
    return f"{question[: MAX_EMBEDDED * 2 // 3]} {question[-MAX_EMBEDDED // 3 :]}"
