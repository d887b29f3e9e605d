"""The folder of the owner's documents, of which changed ones are read again."""

from __future__ import annotations

import logging
import time
from importlib import import_module
from pathlib import Path
from threading import Lock, Thread

from ...errors import Overloaded, StartError
from ...system.threads import start_thread
from ...telemetry.metrics import Metrics
from ..faq import Faq
from .changes import Reading, read_again
from .extraction import READ_APART
from .library import Library
from .listing import ListedFile, walk_files

REFRESH_SECONDS = 10.0  # that a chat waits for changed documents; then the old ones are used until the new are read
MAX_NAMED = 10  # files in a line of the log

logger = logging.getLogger(__name__)


class Folder:
    """Reads the documents in a folder and its subfolders, in a thread beside the chats."""

    def __init__(self, path: Path, metrics: Metrics | None = None) -> None:
        """Read nothing yet; raises StartError where a library is missing that older deployments did without."""
        _require_library()
        self.name = path.name
        self._metrics = metrics or Metrics()
        self._path = path
        self._lock = Lock()
        self._readings: dict[str, Reading] = {}
        self._library: Library | None = None
        self._refresh: Thread | None = None
        self._began = 0.0  # monotonic; when the last refresh did

    @property
    def library(self) -> Library | None:
        """The library that was read last; None before the first."""
        return self._library

    def is_empty(self) -> bool:
        """Return whether the folder has no file."""
        return next(walk_files(self._path), None) is None

    def read(self) -> Library:
        """Return the present library; only changed files are read, and unreadable ones logged once.

        After REFRESH_SECONDS, files that are still being read count with their old content, and the reading goes on;
        later calls do not wait for it again.
        """
        arrived = time.monotonic()
        for _ in range(2):  # a refresh that had begun already may have missed the last change
            if not (refresh := self._begin_refresh()):
                break
            give_up = min(arrived, self._began) + REFRESH_SECONDS
            refresh.join(None if self._library is None else max(0, give_up - time.monotonic()))
        return Library() if self._library is None else self._library

    def _begin_refresh(self) -> Thread | None:
        """Return the thread that reads changed files, if there are any; of many chats one starts it."""
        with self._lock:
            if self._refresh is None and self._has_changed():
                self._began = time.monotonic()
                try:
                    self._refresh = start_thread(self._read_changed)
                except Overloaded:
                    if self._library is None:  # else the last library is still good
                        raise
            return self._refresh

    def _has_changed(self) -> bool:
        files = list(walk_files(self._path))
        return (
            self._library is None
            or {file.name for file in files} != self._readings.keys()
            or not all(self._readings[file.name].is_current(file) for file in files)
        )

    def _read_changed(self) -> None:
        try:
            files = sorted(walk_files(self._path), key=lambda file: file.name)
            readings = {file.name: self._readings.get(file.name, Reading()) for file in files}
            for file in sorted(files, key=_is_read_apart):
                if self._library is not None and _is_read_apart(file):  # a slow reader must not delay the files above
                    self._publish(readings)
                readings[file.name] = read_again(file, readings[file.name])
            self._publish(readings)
        finally:
            with self._lock:  # held until `_begin_refresh` has set the thread
                self._refresh = None

    def _publish(self, readings: dict[str, Reading]) -> None:
        library = _gather(readings)
        before = Library() if self._library is None else self._library  # one without documents may skip files
        for skipped in library.skipped:
            if skipped not in before.skipped:
                level = logging.WARNING if skipped.is_fault else logging.INFO
                logger.log(level, "%s/%s: %s.", self.name, skipped.name, skipped.reason)
                if skipped.is_fault:
                    self._metrics.record_reader_fault(Path(skipped.name).suffix.removeprefix(".").lower())
        self._metrics.note_unread(sum(skipped.is_fault for skipped in library.skipped))
        incomplete = [document.name for document in library.documents if document.lost]
        if incomplete and incomplete != [document.name for document in before.documents if document.lost]:
            logger.warning(
                "Documents not read whole: %s (%s). `flask twin knowledge` says what is missing.",
                len(incomplete),
                ", ".join(incomplete[:MAX_NAMED]),
            )
        self._readings = dict(readings)
        library.faq.prepare()
        if library != self._library:  # else the old one is kept, with all that was computed from it
            self._library = library


def _require_library() -> None:
    try:
        import_module("yaml")
    except ModuleNotFoundError:
        raise StartError(
            "PyYAML, which reads front matter, is missing: pip install -r requirements/service.lock"
        ) from None


def _is_read_apart(file: ListedFile) -> bool:
    return file.name.lower().endswith(READ_APART)


def _gather(readings: dict[str, Reading]) -> Library:
    found = readings.values()
    entries = tuple(entry for reading in found for entry in reading.entries)
    return Library(
        tuple(reading.document for reading in found if reading.document),
        tuple(reading.skipped for reading in found if reading.skipped),
        Faq.of(entries),
        entries,
    )
