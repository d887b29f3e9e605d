"""Keep the index up to date, in a thread beside the chats, which go on with the last snapshot."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import suppress
from dataclasses import replace
from threading import Lock, Thread
from typing import TYPE_CHECKING

from ...errors import ModelMisconfigured, Overloaded, log_advice
from ...system.sidecar import Sidecar
from ...system.threads import start_thread
from .index import Index
from .index_file import INDEX_FILE
from .snapshot import Passages, Snapshot, take_snapshot

if TYPE_CHECKING:
    from ...llm.embeddings import Embeddings

LOOK_INTERVAL_SECONDS = 1.0  # at least, while the index is incomplete, or other processes write to it
INDEX_FAULTS = (OSError, sqlite3.Error, ValueError)  # the last: vectors of several lengths

logger = logging.getLogger(__name__)


class Upkeep:
    """Adds missing passages to the index, and takes snapshots, in one thread at a time."""

    def __init__(self, index: Index, embeddings: Embeddings | None, indexer: Sidecar | None) -> None:
        """Touch no file yet; `indexer` is the process that makes the vectors of indexed passages."""
        self.passages: Passages = {}  # that the index is to hold, and no others
        self.snapshot = Snapshot()
        self.fault: Exception | None = None  # of the last run
        self._index = index
        self._embeddings = embeddings
        self._indexer = indexer
        self._lock = Lock()  # held for no I/O
        self._thread: Thread | None = None
        self._began = self._ended = 0.0  # monotonic; when the last run did
        self._cleared: Passages | None = None  # for which all others were removed from the index
        self._told: set[str] = set()  # faults that the log has already

    @property
    def is_new(self) -> bool:
        """Whether the first run is under way."""
        return self._thread is not None and not self._ended

    def replace_passages(self, passages: Passages) -> None:
        """Have the index hold these passages from now on, and no others."""
        with self._lock:
            self.passages = passages
        self.start()

    def look(self) -> None:
        """Start a run if another process has written to the index, or passages or vectors are missing there."""
        is_early = time.monotonic() < self._ended + LOOK_INTERVAL_SECONDS
        if is_early and self.fault:
            return
        try:
            version = self._index.read_version()
        except INDEX_FAULTS as error:
            self.report(error)
            return
        snapshot = self.snapshot
        is_same_file = snapshot.version is not None and snapshot.version[0] == version[0]
        is_complete = snapshot.passages is self.passages and not self.fault and not self._lacks_vectors(snapshot)
        if not is_same_file:
            self.snapshot = replace(snapshot, passages={})
        if not is_same_file or not (is_early or (is_complete and snapshot.version == version)):
            self.start()

    def start(self) -> None:
        """Start a run, unless one is under way, which takes up new passages too."""
        with self._lock:
            if self._thread is None:
                self._began = time.monotonic()
                with suppress(Overloaded):  # start_thread has logged it; the next chat tries again
                    self._thread = start_thread(self._run)  # its end takes the lock too

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end of the run, but no longer than until `seconds` after its start."""
        if thread := self._thread:
            thread.join(None if seconds is None else max(0.0, self._began + seconds - time.monotonic()))

    def complete(self) -> None:
        """Start a run that ignores the last snapshot, and wait for its end."""
        self.wait()
        self.snapshot = replace(self.snapshot, version=None)
        self.start()
        self.wait()

    def report(self, fault: Exception) -> None:
        """Log a fault of the index, once until a run succeeds."""
        message = f"instance/{INDEX_FILE} cannot be used ({fault}): what it lacks is found by words alone."
        if message not in self._told:
            logger.error(message)
        self._told.add(message)

    def _run(self) -> None:
        try:
            while True:
                passages = self.passages
                self.fault = self._keep_up(passages)
                with self._lock:
                    if passages is self.passages:  # else they were replaced meanwhile
                        self._ended = time.monotonic()
                        self._thread = None
                        return
        except BaseException:
            with self._lock:
                self._thread = None
            raise

    def _keep_up(self, passages: Passages) -> Exception | None:
        try:
            if passages and self._embeddings:
                self._embeddings.start()
            version = self._index.read_version()
            if passages is not self.snapshot.passages or version != self.snapshot.version:
                self._index.add(passages)  # a process with older passages may have removed them
                self.snapshot = self._take_snapshot(passages, version)
            if passages is not self._cleared:
                self._index.remove_others(passages.keys())
                self._cleared = passages
            if self._indexer and self._lacks_vectors(self.snapshot):
                _start_indexer(self._indexer)
        except INDEX_FAULTS as error:
            self.report(error)
            return error
        self._told.clear()
        return None

    def _take_snapshot(self, passages: Passages, version: tuple[int, int]) -> Snapshot:
        return take_snapshot(self._index, self._embeddings.model if self._embeddings else None, passages, version)

    def _lacks_vectors(self, snapshot: Snapshot) -> bool:
        return self._embeddings is not None and len(snapshot.keys) < len(snapshot.passages)


def _start_indexer(indexer: Sidecar) -> None:
    try:
        indexer.find()
    except ModelMisconfigured as error:  # words still find
        log_advice(logger, error)
