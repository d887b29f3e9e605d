"""A snapshot of the index, which chats search while the index is being brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..passages import Passage
from .index import Index

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

Passages = Mapping[bytes, Passage]  # by their keys


@dataclass(frozen=True)
class Snapshot:
    """The content of the index at one moment: passages, and the vectors of those that had one."""

    passages: Passages = field(default_factory=dict)
    keys: tuple[bytes, ...] = ()  # of the vectors
    rows: Mapping[bytes, int] = field(default_factory=dict)  # of `matrix`, by key
    matrix: NDArray[float32] | None = None  # `(vectors, dimensions)`
    version: tuple[int, int] | None = None  # of the index

    def find_rows(self, passages: Iterable[Passage]) -> list[int]:
        """Return the rows of the passages that have a vector."""
        return [self.rows[passage.key] for passage in passages if passage.key in self.rows]


def take_snapshot(index: Index, model: str | None, passages: Passages, version: tuple[int, int]) -> Snapshot:
    """Return a snapshot of `passages` with their vectors by a model, if there is one."""
    vectors = index.read_vectors(model) if model else []
    known = [(key, vector) for key, vector in vectors if key in passages]
    if not known:
        return Snapshot(passages, version=version)
    import numpy as np  # takes 0.15 s to import

    keys = tuple(key for key, _ in known)
    matrix = np.frombuffer(b"".join(vector for _, vector in known), dtype=np.float32).reshape(len(known), -1)
    return Snapshot(passages, keys, {key: row for row, key in enumerate(keys)}, matrix, version)
