"""Find the passages that are close to a question: by vectors, and by the rare words that they have in common."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import StartError, TwinError
from ...settings import Settings
from ...system.environment import select_calling
from ...system.fairness import give_turn
from ...system.sidecar import Sidecar
from ...text.words import find_terms, find_words
from ..passages import Passage
from .index import Index
from .upkeep import FAULTS, Passages, Snapshot, Upkeep

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from ...llm.embeddings import Embeddings

INDEX = "knowledge.index"  # its file in instance/
# A passage's score is its vector's cosine to the question's and this share of what its words cover of the question's,
# rare ones counting more (inverse document frequency). Calibrated on XQuAD: benchmarks/retrieval.py measures it.
COVERAGE_WEIGHT = 0.2
CLOSE = 0.911  # the score that the best passage has where the question is answered
CLOSE_COVERAGE = 0.42  # the same of coverage alone, where there are no vectors
MAYBE_COVERAGE = 0.15  # the same while vectors are being made, when nobody is to be told too soon that nothing is close
CANDIDATES = 50  # passages that words find, and as many that vectors do
MOST_TERMS = 200  # of a question, the first
MOST_READ = 4_000  # characters of a question, in which they are
MOST_MATCHES = 1_000  # places at which a question's rarest terms are looked for: each takes microseconds
MOST_CHARACTERS = 500  # of a question of which a vector is made: each takes a third of a millisecond
START_SECONDS = 20.0  # that a service waits for the model before it is ready with words alone
QUERY_SECONDS = 2.0  # that the question's vector may take; then words alone find
UPKEEP_SECONDS = 0.05  # that a chat waits for the index to take up what is new; then its words are looked at here
MOST_UNINDEXED = 500  # passages that are looked at so
# What asks for no fact of the documents, in as many words as make a vector near to it in other languages. Of 20 such
# messages in six languages, 15 come as near; of 12 questions for facts, such as “How old are you?”, one.
SMALL_TALK = tuple(
    Passage("", "", "", text)
    for text in (
        "Hello! Good morning!",
        "How are you?",
        "Who are you?",
        "What is your name?",
        "What do you do?",
        "Tell me about yourself.",
        "What can you tell me?",
        "How can you help me?",
        "Are you a human or an AI?",
        "Thank you!",
        "Goodbye!",
        "Yes, please.",
    )
)
NEAR_SMALL_TALK = 0.88  # cosine
SMALL_WORDS = frozenset(word for passage in SMALL_TALK for word in find_words(passage.text)) | {"hi", "hey", "ok"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hit:
    """A passage that was found; scores compare within one question."""

    passage: Passage
    score: float


@dataclass(frozen=True)
class Found:
    """What was found, the best first."""

    hits: tuple[Hit, ...] = ()
    is_close: bool = True  # whether the best of it answers the question, as far as its score says


class Search:
    """The search of one process, in an index that all of them share."""

    def __init__(self, index: Index, embeddings: Embeddings | None, indexer: Sidecar | None = None) -> None:
        self.embeddings = embeddings
        self._index = index
        self._upkeep = Upkeep(index, embeddings, indexer)
        self._starting_since: float | None = None  # when the model was seen to start first
        self._is_told = False  # whether the log says that there are no vectors of questions

    def take_up(self, passages: Collection[Passage], seconds: float | None = None) -> Passages:
        """Search these from now on, and return them by their keys; the index has them then, or after `seconds` later.

        Until then the words of those that are new are looked at here.
        """
        taken = {passage.key: passage for passage in (*passages, *SMALL_TALK)} if passages else {}
        self._upkeep.replace(taken)
        self._upkeep.wait(seconds)
        return taken

    def is_starting(self) -> bool:
        """Whether the documents are taken up for the first time, or the model that makes vectors is starting."""
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
        upkeep.finish()
        if error := upkeep.fault:
            raise StartError(f"instance/knowledge.index cannot be used ({error}): mend that, or delete it.") from error
        return len(upkeep.passages) - len(upkeep.snapshot.keys), len(upkeep.passages)

    def find(self, question: str, before: Sequence[str] = (), among: Passages | None = None) -> Found:
        """Return what is close to a question, which may hang on what the visitor asked `before`.

        `among` is what may be found, by its keys: what was taken up at one moment; unset, what was taken up last.
        """
        passages = self._upkeep.passages if among is None else among
        if not passages:
            return Found()
        self._upkeep.look()
        self._upkeep.wait(UPKEEP_SECONDS)
        return self._find(question, before, passages, self._upkeep.snapshot)

    def _find(self, question: str, before: Sequence[str], passages: Passages, snapshot: Snapshot) -> Found:
        own = set(find_terms(question[:MOST_READ])[:MOST_TERMS])
        give_turn()
        terms = own.union(*(find_terms(each)[:MOST_TERMS] for each in before))
        give_turn()
        counts, candidates, is_readable = self._look_up(terms, passages, snapshot)
        weights = _weigh(terms, counts, len(passages))
        cosines = self._compare(question, before, snapshot)
        if cosines is not None:
            candidates.update(snapshot.keys[row] for row in cosines.argsort()[-CANDIDATES:])
        total = sum(weights[term] for term in own) or 1.0
        hits, covered = [], 0.0
        for key in candidates & passages.keys():
            passage = passages[key]
            if not passage.document:  # small talk
                continue
            coverage = sum(weights[term] for term in own & passage.terms) / total
            covered = max(covered, coverage)
            score = coverage
            if cosines is not None:
                row = snapshot.rows.get(key)
                score = float(cosines.mean() if row is None else cosines[row]) + COVERAGE_WEIGHT * coverage
            hits.append(Hit(passage, score))
        hits.sort(key=lambda hit: (-hit.score, hit.passage.document, hit.passage.text))
        is_close = bool(hits) and hits[0].score >= (CLOSE_COVERAGE if cosines is None else CLOSE)
        if self.embeddings and not passages.keys() <= snapshot.rows.keys():  # it may be close by a vector that is made
            is_close = is_close or covered >= MAYBE_COVERAGE
        return Found(tuple(hits), is_close or not is_readable or _is_small_talk(question, cosines, snapshot))

    def _look_up(
        self, terms: Collection[str], passages: Passages, snapshot: Snapshot
    ) -> tuple[dict[str, int], set[bytes], bool]:
        """Return in how many passages each term is, which ones hold the rarest, and whether the index could be read."""
        unindexed = [] if snapshot.passages is passages else passages.keys() - snapshot.passages.keys()
        try:
            counts = self._index.count_passages(terms)
            matched = set(self._index.match(_choose_rarest(counts), CANDIDATES))
            is_readable = True
        except FAULTS as error:
            self._upkeep.report(error)
            counts, matched, unindexed, is_readable = {}, set(), passages, False
        for key in islice(filter(unindexed.__contains__, passages), MOST_UNINDEXED):
            if not passages[key].terms.isdisjoint(terms):
                matched.add(key)
            give_turn()
        return counts, matched, is_readable

    def _compare(self, question: str, before: Sequence[str], snapshot: Snapshot) -> NDArray[float32] | None:
        """Return the cosine of each passage that has a vector, `(passages,)`; None where words alone are to find.

        Of a question alone and after those before it, the nearer counts.
        """
        if self.embeddings is None:
            return None
        texts = [question, " ".join([*before, question])] if before else [question]
        try:
            if snapshot.matrix is None:
                self.embeddings.check()  # else nobody would say that there will be none
                return None
            vectors = self.embeddings.embed([*map(_shorten, texts)], are_queries=True, seconds=QUERY_SECONDS)
            cosines: NDArray[float32] = (snapshot.matrix @ vectors.T).max(axis=1)
        except (TwinError, ValueError) as error:  # the second: a server that changed its vectors' dimensions
            if not self._is_told:
                logger.warning("Documents are found by words alone for now: %s", error)
            self._is_told = True
            return None
        self._is_told = False
        return cosines


def make_search(settings: Settings, instance: Path) -> Search:
    """Return the search of one process of the service whose private folder is `instance`."""
    from ...llm.embeddings import find_embeddings  # openai takes 0.6 s to import

    embeddings = find_embeddings(settings, instance)
    label = "The process that makes vectors of documents"
    environment = select_calling() | _name_model(settings)
    indexer = Sidecar(instance, "indexer", "twin.knowledge.search.indexer", label, environment=environment)
    return Search(Index(instance / INDEX), embeddings, indexer)


def _name_model(settings: Settings) -> dict[str, str]:
    """Return what names the model that makes vectors, as another process reads it; the embedded one needs no name."""
    if settings.embedding_model is None:
        return {}
    fields = ("embedding_model", "embedding_base_url", "embedding_api_key", "openai_base_url", "openai_api_key")
    values = {field.upper(): getattr(settings, field) for field in fields if getattr(settings, field)}
    return {name: value if isinstance(value, str) else value.get_secret_value() for name, value in values.items()}


def _shorten(question: str) -> str:
    """Return a question, or its beginning and end: what is asked is mostly there."""
    if len(question) <= MOST_CHARACTERS:
        return question
    return f"{question[: MOST_CHARACTERS * 2 // 3]} {question[-MOST_CHARACTERS // 3 :]}"


def _weigh(terms: Iterable[str], counts: Mapping[str, int], passages: int) -> dict[str, float]:
    """Return each term's weight, the inverse document frequency as BM25 has it."""
    found = {term: counts.get(term, 0) for term in terms}
    return {term: math.log(1 + max(0, passages - count + 0.5) / (count + 0.5)) for term, count in found.items()}


def _choose_rarest(counts: Mapping[str, int]) -> list[str]:
    """Return the terms to look for: the rarest of those that are there."""
    rarest: list[str] = []
    matches = 0
    for term in sorted(filter(counts.get, counts), key=lambda term: (counts[term], term)):
        matches += counts[term]
        if rarest and matches > MOST_MATCHES:
            break
        rarest.append(term)
    return rarest


def _is_small_talk(question: str, cosines: NDArray[float32] | None, snapshot: Snapshot) -> bool:
    if len(question) <= MOST_CHARACTERS and SMALL_WORDS.issuperset(find_words(question)):
        return True
    rows = [snapshot.rows[passage.key] for passage in SMALL_TALK if passage.key in snapshot.rows]
    return cosines is not None and bool(rows) and float(cosines[rows].max()) >= NEAR_SMALL_TALK
