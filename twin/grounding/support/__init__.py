"""Support: whether the names, numbers and dates of an answer stand in what the model was given."""

from .calendar import KEYS as CALENDAR
from .claims import Claims, Specific, merge_spans
from .collection import NOBODY, Collection, Holders
from .facts import Facts
from .german import load_tagger
from .languages import is_frequent
from .names import ADDRESS, TOKEN
from .units import KEYS as UNITS

__all__ = [
    "ADDRESS",
    "CALENDAR",
    "NOBODY",
    "TOKEN",
    "UNITS",
    "Claims",
    "Collection",
    "Facts",
    "Holders",
    "Specific",
    "is_frequent",
    "load_tagger",
    "merge_spans",
]
