"""A snapshot of the index, which chats search while the index is being brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...system.caching import cached_property
from ..passages import Passage
from .index import Index

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

# All texts of one owner are alike, so that cosines differ little; without most of what is common, 13 more of 247
# questions about four people have their passage in the first 300 tokens, and 10 more in the first 1,000.
CENTRING = 0.9  # share of the mean that is taken off each vector (Mu and Viswanath, All-but-the-Top, 2018)
PRIOR = 10  # vectors of zeros that count into the mean: what a few documents have in common says little

Passages = Mapping[bytes, Passage]  # by their keys


@dataclass(frozen=True)
class Snapshot:
    """The content of the index at one moment: passages, and the vectors of those that had one."""

    passages: Passages = field(default_factory=dict)
    keys: tuple[bytes, ...] = ()  # of the vectors
    rows: Mapping[bytes, int] = field(default_factory=dict)  # of `matrix`, by key
    matrix: NDArray[float32] | None = None  # `(vectors, dimensions)`
    version: tuple[int, int] | None = None  # of the index

    @cached_property
    def centre(self) -> NDArray[float32]:
        """What all documents have in common, `(dimensions,)`: CENTRING of the mean of their vectors."""
        assert self.matrix is not None
        rows = [row for key, row in self.rows.items() if self.passages[key].document]  # no small talk
        centre: NDArray[float32] = CENTRING * self.matrix[rows].sum(axis=0) / (len(rows) + PRIOR)
        return centre

    @cached_property
    def centred(self) -> NDArray[float32]:
        """The unit vectors without the centre, `(vectors, dimensions)`."""
        assert self.matrix is not None
        return centre_vectors(self.matrix, self.centre)

    def find_rows(self, passages: Iterable[Passage]) -> list[int]:
        """Return the rows of the passages that have a vector."""
        return [self.rows[passage.key] for passage in passages if passage.key in self.rows]


def centre_vectors(vectors: NDArray[float32], centre: NDArray[float32]) -> NDArray[float32]:
    """Return vectors without a centre, as unit vectors again."""
    import numpy as np

    moved = vectors - centre
    lengths = np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), np.finfo(np.float32).tiny)
    return np.asarray(moved / lengths, dtype=np.float32)


def take_snapshot(index: Index, model: str | None, passages: Passages, version: tuple[int, int]) -> Snapshot:
    """Return a snapshot of `passages` with their vectors by a model, if there is one."""
    vectors = index.read_vectors(model) if model else []
    known = [(key, vector) for key, vector in vectors if key in passages]
    if not known:
        return Snapshot(passages, version=version)
    import numpy as np  # takes 0.15 s to import

    keys = tuple(key for key, _ in known)
    matrix = np.frombuffer(b"".join(vector for _, vector in known), dtype=np.float32).reshape(len(known), -1)
    snapshot = Snapshot(passages, keys, {key: row for row, key in enumerate(keys)}, matrix, version)
    _ = snapshot.centred  # made here, beside the chats
    return snapshot
