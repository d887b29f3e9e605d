"""Find the passages that are close to a question."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from ...errors import StartError
from ...system.fairness import give_turn
from ...system.sidecar import Sidecar
from ...text.words import find_terms
from ..passages import Passage
from .index import Index
from .index_file import INDEX_FILE
from .question_vectors import Comparison, Similarities
from .ranking import Hit, choose_rarest, rank, weigh_terms
from .small_talk import SMALL_TALK, asks_fact, is_small_talk
from .snapshot import Passages, Snapshot
from .upkeep import INDEX_FAULTS, Upkeep

if TYPE_CHECKING:
    from ...llm.embeddings import Embeddings

CANDIDATES = 50  # passages that words find, and as many that vectors do
MAX_TERMS = 200  # of a question, the first
MAX_READ = 4_000  # characters of a question, from which its terms are taken
MAX_UNINDEXED = 500  # passages that are not in the index yet, and are looked through here
START_SECONDS = 20.0  # that a service waits for the model of vectors before it is ready with words alone
UPKEEP_SECONDS = 0.05  # that a chat waits for the index to take up new passages; then their words are looked at here


@dataclass(frozen=True)
class SearchResult:
    """The passages that were found, the best first."""

    hits: tuple[Hit, ...] = ()
    is_close: bool = True  # whether the best answers the question beyond doubt; or nothing has to
    is_small_talk: bool = False  # whether the message asks for no fact
    asks: bool = True  # whether it has the form of a question or request

    @property
    def close_to(self) -> str | None:
        """The key of the passage that answers the question beyond doubt, in hexadecimal, if one does."""
        return self.hits[0].passage.key.hex() if self.is_close and self.hits else None


class Search:
    """The search of one process, in an index that all of them share."""

    def __init__(self, index: Index, embeddings: Embeddings | None, indexer: Sidecar | None = None) -> None:
        self.embeddings = embeddings
        self._index = index
        self._upkeep = Upkeep(index, embeddings, indexer)
        self._comparison = Comparison(embeddings) if embeddings else None
        self._starting_since: float | None = None  # monotonic; when the model was seen to start first

    def replace_passages(self, passages: Collection[Passage], seconds: float | None = None) -> Passages:
        """Search these passages from now on, and return them by their keys.

        Wait until the index has them, but at most `seconds`; until then, this process compares the words of new ones.
        """
        replaced = {passage.key: passage for passage in (*passages, *SMALL_TALK)} if passages else {}
        self._upkeep.replace_passages(replaced)
        self._upkeep.wait(seconds)
        return replaced

    def is_starting(self) -> bool:
        """Return whether the index is being filled for the first time, or the model that makes vectors is starting."""
        if self._upkeep.is_new:
            return True
        if self.embeddings is None or not self._upkeep.passages or not self.embeddings.is_starting():
            self._starting_since = None
            return False
        now = time.monotonic()
        self._starting_since = since = self._starting_since or now
        return now < since + START_SECONDS

    def count_missing(self) -> tuple[int, int]:
        """Return how many passages have no vector yet, and how many there are; raises StartError."""
        upkeep = self._upkeep
        if self.embeddings is None:
            return 0, len(upkeep.passages)
        upkeep.complete()
        if error := upkeep.fault:
            raise StartError(f"instance/{INDEX_FILE} cannot be used ({error}): mend that, or delete it.") from error
        return len(upkeep.passages) - len(upkeep.snapshot.keys), len(upkeep.passages)

    def find(self, question: str, before: Sequence[str] = (), among: Passages | None = None) -> SearchResult:
        """Return the passages close to a question, which may refer to the visitor's questions `before`.

        `among` is a return value of `replace_passages`, and all that may be found; by default, the last one.
        """
        passages = self._upkeep.passages if among is None else among
        if not passages:
            return SearchResult()
        self._upkeep.look()
        self._upkeep.wait(UPKEEP_SECONDS)
        return self._find(question, before, passages, self._upkeep.snapshot)

    def _find(self, question: str, before: Sequence[str], passages: Passages, snapshot: Snapshot) -> SearchResult:
        own = set(find_terms(question[:MAX_READ])[:MAX_TERMS])
        give_turn()
        terms = own.union(*(find_terms(each)[:MAX_TERMS] for each in before))
        give_turn()
        counts, candidates, is_readable = self._match(terms, passages, snapshot)
        weights = weigh_terms(terms, counts, len(passages))
        near = self._comparison.compare(question, before, snapshot) if self._comparison else None
        if near is not None:
            candidates.update(snapshot.keys[row] for row in near.centred.argsort()[-CANDIDATES:])
        found = (passages[key] for key in candidates & passages.keys())
        answering = (passage for passage in found if passage.document)  # no small talk
        cosines_of = None if near is None else partial(_select_cosines, near, snapshot)
        ranking = rank(answering, own, weights, cosines_of)
        is_close = ranking.is_close
        if self.embeddings and not passages.keys() <= snapshot.rows.keys():  # a vector to come may be close
            is_close = is_close or ranking.is_possibly_close
        small = [] if near is None else [near.cosines[row] for row in snapshot.find_rows(SMALL_TALK)]
        is_chatter = is_small_talk(question, small)
        return SearchResult(ranking.hits, is_close or not is_readable, is_chatter, asks_fact(question))

    def _match(
        self, terms: Collection[str], passages: Passages, snapshot: Snapshot
    ) -> tuple[dict[str, int], set[bytes], bool]:
        """Return each term's count of passages, the keys of those with rare ones, and whether the index was read."""
        unindexed = [] if snapshot.passages is passages else passages.keys() - snapshot.passages.keys()
        try:
            counts = self._index.count_passages(terms)
            matched = set(self._index.match(choose_rarest(counts), CANDIDATES))
            is_readable = True
        except INDEX_FAULTS as error:
            self._upkeep.report(error)
            counts, matched, unindexed, is_readable = {}, set(), passages, False
        for key in islice(filter(unindexed.__contains__, passages), MAX_UNINDEXED):
            if not passages[key].terms.isdisjoint(terms):
                matched.add(key)
            give_turn()
        return counts, matched, is_readable


def _select_cosines(near: Similarities, snapshot: Snapshot, passage: Passage) -> tuple[float, float]:
    """Return a passage's cosine, plain and centred, or the means of all for a passage without a vector."""
    row = snapshot.rows.get(passage.key)
    both = (near.cosines, near.centred)
    plain, centred = (float(each.mean() if row is None else each[row]) for each in both)
    return plain, centred
