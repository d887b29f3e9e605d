"""The reasons to finish, in the words of all providers."""

from __future__ import annotations

import re
from enum import Enum, auto

from .wording import normalise

MALFORMED = re.compile("malformed")  # a call that the model wrote badly, also "function_call_filter: MALFORMED_…"
DECLINED = re.compile(
    r"filter|safety|recit|prohibit|\bblock(ed|list)|\bspii\b|refus|declin|sensitiv|guardrail|toxic|flagged|moderat|polic"
    r"|unsafe|\bharm(ful)?\b|censor|inspect|model armor|violat|\brisk"
)
CUT = re.compile(r"length|max \w*\s?tokens|(token|output|error) limit|context window|truncat|incomplete")
BROKEN = re.compile(r"error|abort|insufficient|cancel|unexpected|fail|time ?out|unavailable|interrupt")


class Ending(Enum):
    """What a reason to finish says of the answer."""

    FINISHED = auto()
    CUT = auto()
    DECLINED = auto()
    BROKEN = auto()


PATTERNS = ((MALFORMED, Ending.BROKEN), (DECLINED, Ending.DECLINED), (CUT, Ending.CUT), (BROKEN, Ending.BROKEN))


def read_ending(reason: str) -> Ending:
    """Return the ending; an unknown reason says nothing, so the answer counts as finished."""
    words = normalise(reason)
    return next((ending for pattern, ending in PATTERNS if pattern.search(words)), Ending.FINISHED)
