"""Find the passages that are close to a question: by vectors, and by the rare words that they have in common."""

from __future__ import annotations

import logging
import math
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ..config import Settings
from ..environment import select_calling
from ..errors import StartError, TwinError
from ..sidecar import Sidecar
from .index import Index
from .passages import Passage
from .words import find_terms, find_words

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from ..llm.embeddings import Embeddings

INDEX = "knowledge.index"  # its file in instance/
# A passage's score is its vector's cosine to the question's and this share of what its words cover of the question's,
# rare ones counting more (inverse document frequency). Calibrated on XQuAD: benchmarks/retrieval.py measures it.
COVERAGE_WEIGHT = 0.2
CLOSE = 0.911  # the score that the best passage has where the question is answered
CLOSE_COVERAGE = 0.42  # the same of coverage alone, where there are no vectors
MAYBE_COVERAGE = 0.15  # the same while vectors are being made, when nobody is to be told too soon that nothing is close
CANDIDATES = 50  # passages that words find, and as many that vectors do
MOST_TERMS = 200  # of a question, the first
MOST_MATCHES = 1_000  # places at which a question's rarest terms are looked for: each takes microseconds
MOST_CHARACTERS = 500  # of a question of which a vector is made: each takes a third of a millisecond
START_SECONDS = 20.0  # that a service waits for the model before it is ready with words alone
QUERY_SECONDS = 2.0  # that the question's vector may take; then words alone find
REFRESH_SECONDS = 1.0  # at least, between two times that the vectors are read from the index
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
        self._indexer = indexer
        self._lock = Lock()
        self._passages: Mapping[bytes, Passage] = {}
        self._version: tuple[int, int] | None = None  # of the index, as it was read last
        self._refreshed_at = 0.0
        self._starting_since: float | None = None  # when the model was seen to start first
        self._is_told = False  # whether the log says that there are no vectors of questions
        self._keys: list[bytes] = []  # of those with a vector
        self._rows: dict[bytes, int] = {}  # where each of them is in
        self._matrix: NDArray[float32] | None = None  # their vectors, (passages, dimensions)

    def take_up(self, passages: Collection[Passage]) -> None:
        """Search these from now on; those that are new are found by their words at once."""
        self._passages = {passage.key: passage for passage in (*passages, *SMALL_TALK)} if passages else {}
        self._version = None
        try:
            self._index.add(self._passages)
            self._index.remove_others(self._passages.keys())
            if self.embeddings and passages:
                self.embeddings.start()
            self._refresh()
        except (OSError, sqlite3.Error) as error:
            logger.error("The index of documents cannot be written (%s): nothing is found in it.", error)

    def is_starting(self) -> bool:
        """Whether the model that makes vectors is starting, and will be there in a moment."""
        if self.embeddings is None or not self._passages or not self.embeddings.is_starting():
            self._starting_since = None
            return False
        now = time.monotonic()
        self._starting_since = self._starting_since or now
        return now < self._starting_since + START_SECONDS

    def count_missing(self) -> tuple[int, int]:
        """Return how many passages have no vector yet, and how many there are; raises StartError."""
        if self.embeddings is None:
            return 0, len(self._passages)
        self._version = None
        try:
            self._refresh()
        except (OSError, sqlite3.Error) as error:
            raise StartError(f"instance/knowledge.index cannot be used ({error}): mend that, or delete it.") from error
        return len(self._passages) - len(self._keys), len(self._passages)

    def find(self, question: str, before: Sequence[str] = ()) -> Found:
        """Return what is close to a question, which may hang on what the visitor asked `before`."""
        if not self._passages:
            return Found()
        try:
            return self._find(question, before)
        except (OSError, sqlite3.Error) as error:
            logger.error("The index of documents cannot be read (%s): nothing is found in it.", error)
            return Found()

    def _find(self, question: str, before: Sequence[str]) -> Found:
        self._refresh()
        own = set(find_terms(question)[:MOST_TERMS])
        weights, rarest = self._weigh(own.union(*(find_terms(each)[:MOST_TERMS] for each in before)))
        candidates = set(self._index.match(rarest, CANDIDATES))
        cosines = self._compare(question, before)
        if cosines is not None:
            candidates.update(self._keys[row] for row in cosines.argsort()[-CANDIDATES:])
        total = sum(weights[term] for term in own) or 1.0
        hits, covered = [], 0.0
        for key in candidates & self._passages.keys():
            passage = self._passages[key]
            if not passage.document:  # small talk
                continue
            coverage = sum(weights[term] for term in own & passage.terms) / total
            covered = max(covered, coverage)
            score = coverage
            if cosines is not None:
                row = self._rows.get(key)
                score = float(cosines.mean() if row is None else cosines[row]) + COVERAGE_WEIGHT * coverage
            hits.append(Hit(passage, score))
        hits.sort(key=lambda hit: (-hit.score, hit.passage.document, hit.passage.text))
        is_close = bool(hits) and hits[0].score >= (CLOSE_COVERAGE if cosines is None else CLOSE)
        if self.embeddings and len(self._keys) < len(self._passages):  # it may be close by a vector that is being made
            is_close = is_close or covered >= MAYBE_COVERAGE
        return Found(tuple(hits), is_close or self._is_small_talk(question, cosines))

    def _is_small_talk(self, question: str, cosines: NDArray[float32] | None) -> bool:
        if SMALL_WORDS.issuperset(find_words(question)):
            return True
        rows = [self._rows[passage.key] for passage in SMALL_TALK if passage.key in self._rows]
        return cosines is not None and bool(rows) and float(cosines[rows].max()) >= NEAR_SMALL_TALK

    def _weigh(self, terms: Collection[str]) -> tuple[dict[str, float], list[str]]:
        """Return each term's weight, the inverse document frequency as BM25 has it, and which to look for."""
        counts, all_ = self._index.count_passages(terms), len(self._passages)
        weights = {term: math.log(1 + max(0, all_ - count + 0.5) / (count + 0.5)) for term, count in counts.items()}
        rarest: list[str] = []
        matches = 0
        for term in sorted(filter(counts.get, terms), key=lambda term: (counts[term], term)):
            matches += counts[term]
            if rarest and matches > MOST_MATCHES:
                break
            rarest.append(term)
        return weights, rarest

    def _compare(self, question: str, before: Sequence[str]) -> NDArray[float32] | None:
        """Return the cosine of each passage that has a vector, `(passages,)`; None where words alone are to find.

        Of a question alone and after those before it, the nearer counts.
        """
        if self.embeddings is None or self._matrix is None:
            return None
        texts = [question, " ".join([*before, question])] if before else [question]
        try:
            vectors = self.embeddings.embed([*map(_shorten, texts)], are_queries=True, seconds=QUERY_SECONDS)
            cosines: NDArray[float32] = (self._matrix @ vectors.T).max(axis=1)
        except (TwinError, ValueError) as error:  # the second: a server that changed its vectors' dimensions
            if not self._is_told:
                logger.warning("Documents are found by words alone for now: %s", error)
            self._is_told = True
            return None
        self._is_told = False
        return cosines

    def _refresh(self) -> None:
        """Take notice of what others have written; see that all passages are there, and that they get their vectors."""
        with self._lock:
            version = self._index.read_version()
            is_new = version != self._version
            is_complete = self.embeddings is None or len(self._keys) == len(self._passages)
            is_early = time.monotonic() < self._refreshed_at + REFRESH_SECONDS
            is_same_file = self._version is not None and self._version[0] == version[0]
            if is_same_file and (is_early or (is_complete and not is_new)):
                return
            self._refreshed_at = time.monotonic()
            if is_new:
                self._index.add(self._passages)  # a process that had not seen the newest may have removed them
                if self.embeddings:
                    self._take_vectors(self._index.read_vectors(self.embeddings.model))
            self._version = version
            if self._indexer and len(self._keys) < len(self._passages):
                try:
                    self._indexer.start()
                except OSError as error:  # which is no reason to find nothing
                    logger.error("The process that makes vectors of documents cannot be started (%s).", error)

    def _take_vectors(self, vectors: Sequence[tuple[bytes, bytes]]) -> None:
        import numpy as np  # takes 0.15 s to import

        known = [(key, vector) for key, vector in vectors if key in self._passages]
        matrix = np.frombuffer(b"".join(vector for _, vector in known), dtype=np.float32)
        self._matrix = matrix.reshape(len(known), -1) if known else None
        self._keys = [key for key, _ in known]
        self._rows = {key: row for row, key in enumerate(self._keys)}


def make_search(settings: Settings, instance: Path) -> Search:
    """Return the search of one process of the service whose private folder is `instance`."""
    from ..llm.embeddings import find_embeddings  # openai takes 0.6 s to import

    embeddings = find_embeddings(settings, instance)
    label = "The process that makes vectors of documents"
    environment = select_calling() | _name_model(settings)
    indexer = Sidecar(instance, "indexer", "twin.indexer", label, environment=environment)
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
