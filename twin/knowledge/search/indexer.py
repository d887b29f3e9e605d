"""The process that makes vectors of the passages in the index that have none, beside serving; then it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import TwinError
from ...llm.embeddings import Embeddings, find_embeddings
from ...settings import load_settings
from ...system.sidecar_process import end_with_service
from .index import Index, Unindexed

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

BATCH = 4  # passages; who asks for a question's vector meanwhile waits for these
SECONDS = 60.0  # that a batch may take
PAUSE_SECONDS = 5.0  # after a failure
NICENESS = 10


def index_all(index: Index, embeddings: Embeddings) -> None:
    """Make the vectors that are missing; those that fail are tried again, one by one, after the others."""
    after, most, told = 0, BATCH, ""
    while True:
        if not (passages := index.list_unindexed(embeddings.model, most, after)):
            if not after:
                return
            after, most = 0, 1
            continue
        try:
            vectors = embed(passages, embeddings)
        except TwinError as error:
            if str(error) != told:  # which may go on for days
                print(error, file=sys.stderr, flush=True)  # noqa: T201 - its log
            told = str(error)
            time.sleep(PAUSE_SECONDS)
            after = passages[-1].id
            continue
        rows = zip(passages, vectors, strict=True)
        index.write_vectors(embeddings.model, [(passage.id, vector.tobytes()) for passage, vector in rows])


def embed(passages: Sequence[Unindexed], embeddings: Embeddings) -> NDArray[float32]:
    """Return a unit vector for each: the mean of its own and of its own after what stands before it.

    On XQuAD that finds 0.963 of the sentences among the first five, the text's own vector 0.952.
    """
    import numpy as np

    texts = [passage.text for passage in passages]
    in_context = [f"{passage.context} {passage.text}".strip() for passage in passages]
    both = embeddings.embed(texts + in_context, are_queries=False, seconds=SECONDS)
    sums = both[: len(texts)] + both[len(texts) :]
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)


def main(instance: Path) -> None:
    """Index what is in a service's private folder, until that is done or the service ends."""
    end_with_service(instance, "indexer")
    os.nice(NICENESS)
    if embeddings := find_embeddings(load_settings(), instance):
        index_all(Index(instance / "knowledge.index"), embeddings)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
