"""Metrics: what a process counts of its chats, models and stores, for Prometheus to read."""

from __future__ import annotations

from bisect import bisect_left
from threading import Lock

from ..errors import RateLimited, TwinError
from . import catalogue
from .board import Board, Row
from .catalogue import ABANDONED, NO_RESPONSE, RATE_REFUSALS, Metric
from .logs import ChatReport

_ENDED_EARLY = "left"  # the outcome of a chat that nobody waited for


class Metrics:
    """The numbers of this process: safe to count in from many threads at once, and never a reason to fail."""

    def __init__(self) -> None:
        """Begin with numbers of this process's own, until `join` puts them beside those of others."""
        self._lock = Lock()
        self.join(Board(1).claim())

    def join(self, row: Row) -> None:
        """Count in a row of a board from now on, as a process does before it serves."""
        self._board = row.board
        self._slots = row.board.layout.slots
        self._numbers = row.numbers

    def add_up(self) -> tuple[Board, list[float]]:
        """Return the board that this process is on, and the numbers of all its processes added up."""
        return self._board, self._board.add_up()

    def record_chat(self, chat: ChatReport, door: str, seconds: float) -> None:
        """Count a chat that has ended, `seconds` after its start."""
        outcome = chat.outcome or _ENDED_EARLY
        find, numbers = self._find, self._numbers
        with self._lock:
            numbers[find(catalogue.CHATS, door, outcome)] += 1
            self._observe(catalogue.DURATION, seconds, door)
            if chat.first_token_ms is not None:
                self._observe(catalogue.FIRST_WORD, chat.first_token_ms / 1_000, door)
            if outcome in catalogue.CHAT_REFUSALS:
                numbers[find(catalogue.REFUSALS, outcome)] += 1
            if chat.unknown:
                numbers[find(catalogue.UNKNOWN)] += 1
            if chat.unsupported:
                numbers[find(catalogue.UNSUPPORTED)] += 1
            if chat.sources:
                numbers[find(catalogue.SOURCED)] += 1
            if chat.repaired:
                numbers[find(catalogue.CONTACTS, "repaired")] += chat.repaired
            if chat.removed:
                numbers[find(catalogue.CONTACTS, "removed")] += chat.removed

    def record_refused_chat(self, error: TwinError, door: str) -> None:
        """Count a chat that was refused before its turn began."""
        self._add(catalogue.CHATS, door, error.code)
        self.record_limit(error)

    def record_limit(self, error: TwinError) -> None:
        """Count a chat, or a search, which takes the room of one, that was refused by a limit."""
        kind = error.code
        if isinstance(error, RateLimited):
            kind = RATE_REFUSALS.get(error.quotas[-1].name, kind) if error.quotas else kind
        self._add(catalogue.REFUSALS, kind)

    def record_refusal(self, error: TwinError) -> None:
        """Count a request that was refused for its form, its address or its host; turns count their own refusals."""
        if isinstance(error, catalogue.REQUEST_REFUSALS):
            self._add(catalogue.REFUSALS, error.code)

    def change_in_flight(self, change: int) -> None:
        """Count a chat that begins (1) or has ended (-1)."""
        self._add(catalogue.IN_FLIGHT, amount=change)

    def record_usage(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count the tokens of a call to a model."""
        self._add(catalogue.TOKENS, "read", amount=prompt_tokens)
        self._add(catalogue.TOKENS, "written", amount=completion_tokens)

    def record_cost(self, usd: float) -> None:
        """Count the cost of a call to a model."""
        self._add(catalogue.COST, amount=usd)

    def record_response(self, model: str, status: int | None, *, is_wanted: bool = True) -> None:
        """Count a request to a model (`first`, `fallback`), with its status, if a response came."""
        told = NO_RESPONSE if is_wanted else ABANDONED
        self._add(catalogue.RESPONSES, model, told if status is None else str(status))

    def note_breaker(self, model: str, *, is_open: bool) -> None:
        """Note that the breaker of a model has opened or closed."""
        self._set(catalogue.BREAKER, model, value=is_open)

    def record_database(self, seconds: float, *, has_failed: bool) -> None:
        """Count an access to a database."""
        with self._lock:
            self._observe(catalogue.DATABASE, seconds)
            if has_failed:
                self._numbers[self._find(catalogue.DATABASE_FAILURES)] += 1

    def record_reader_fault(self, kind: str) -> None:
        """Count a document that could not be read; `kind` is its suffix, without the dot, in lower case."""
        self._add(catalogue.READER_FAULTS, kind)

    def note_unread(self, documents: int) -> None:
        """Note how many documents cannot be read at present."""
        self._set(catalogue.UNREAD, value=documents)

    def record_owner_question(self) -> None:
        """Count a question that a visitor left for the owner."""
        self._add(catalogue.QUESTIONS)

    def _find(self, metric: Metric, *values: str) -> int:
        return self._slots[metric].find(*values)

    def _add(self, metric: Metric, *values: str, amount: float = 1) -> None:
        place = self._slots[metric].find(*values)
        with self._lock:
            self._numbers[place] += amount

    def _set(self, metric: Metric, *values: str, value: float) -> None:
        self._numbers[self._slots[metric].find(*values)] = value

    def _observe(self, metric: Metric, value: float, *values: str) -> None:
        """Add a value to a histogram, with the lock held."""
        place = self._slots[metric].find(*values)
        self._numbers[place] += value
        self._numbers[place + 1 + bisect_left(metric.bounds, value)] += 1
