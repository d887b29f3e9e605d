"""The numbers of all processes of the service: a row for each, in memory that they share without a file.

prometheus-client's own way, a file for each process, costs a chat four times as much, kills a process whose disk is
full (SIGBUS), and keeps the files of every process that ever was.
"""

from __future__ import annotations

from itertools import product, takewhile
from mmap import mmap
from typing import TYPE_CHECKING

from .catalogue import METRICS, OTHER, WORKERS, WORKERS_ENDED, Metric

MAX_ROWS = 1_024  # processes at once; memory that none wrote to is not taken
NUMBER_BYTES = 8  # of a double, which no reader sees half written

if TYPE_CHECKING:
    Numbers = memoryview[float]


class Slots:
    """The places of one metric in a row: its series in order, each with one number, or a histogram's sum and counts."""

    def __init__(self, metric: Metric, start: int) -> None:
        self.metric = metric
        self.width = len(metric.bounds) + 2 if metric.kind == "histogram" else 1
        keys = product(*metric.labels.values())
        self.places = {key: start + number * self.width for number, key in enumerate(keys)}
        self.end = start + len(self.places) * self.width

    def find(self, *values: str) -> int:
        """Return the place of a series; a value that is not in its label's list counts as `other`."""
        place = self.places.get(values)
        if place is not None:
            return place
        lists = zip(values, self.metric.labels.values(), strict=True)
        return self.places[tuple(value if value in known else OTHER for value, known in lists)]


class Layout:
    """The places of all metrics in a row, whose first number says whether a process ever had it."""

    def __init__(self) -> None:
        self.slots: dict[Metric, Slots] = {}
        self.width = 1
        for metric in METRICS:
            self.slots[metric] = Slots(metric, self.width)
            self.width = self.slots[metric].end

    def list_gauges(self) -> list[int]:
        """Return the places of the gauges, which end with their process."""
        gauges = (slots for slots in self.slots.values() if slots.metric.kind == "gauge")
        return [place for slots in gauges for place in slots.places.values()]


class Row:
    """The numbers of one process, on a board."""

    def __init__(self, board: Board, number: int) -> None:
        self.board = board
        self.number = number
        self.numbers = board.open_row(number)

    def release(self) -> None:
        """Sweep the gauges of a process that has ended; its counters stay, and the next process goes on with them."""
        self.board.take_back(self)


class Board:
    """The rows of all processes; only the process that makes it gives rows out and takes them back."""

    def __init__(self, rows: int = MAX_ROWS) -> None:
        self.layout = Layout()
        self._memory: Numbers = memoryview(mmap(-1, rows * self.layout.width * NUMBER_BYTES)).cast("d")
        self._free = [*range(rows - 1, -1, -1)]  # the lowest last

    def claim(self) -> Row:
        """Return a row for a process that begins; where all are taken, one that nobody else reads."""
        if not self._free:
            return Board(1).claim()
        row = Row(self, self._free.pop())
        row.numbers[0] = row.numbers[self.layout.slots[WORKERS].find()] = 1
        return row

    def take_back(self, row: Row) -> None:
        """Take back the row of a process that has ended."""
        for place in self.layout.list_gauges():
            row.numbers[place] = 0
        row.numbers[self.layout.slots[WORKERS_ENDED].find()] += 1
        self._free.append(row.number)
        self._free.sort(reverse=True)

    def open_row(self, number: int) -> Numbers:
        """Return the numbers of a row, to read and write."""
        return self._memory[number * self.layout.width : (number + 1) * self.layout.width]

    def add_up(self) -> list[float]:
        """Return the numbers of all processes added up, of those that all processes share the highest."""
        rows = self._list_used()
        total = [sum(column) for column in zip(*rows, strict=True)]
        for metric, slots in self.layout.slots.items():
            if metric.is_shared:
                for place in slots.places.values():
                    total[place] = max(row[place] for row in rows)
        return total

    def _list_used(self) -> list[list[float]]:
        """Return the rows that a process ever had: the first ones."""
        rows = map(self.open_row, range(len(self._memory) // self.layout.width))
        return [[*row] for row in takewhile(lambda row: row[0], rows)]
