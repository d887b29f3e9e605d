"""The reasons to finish, in the words of all providers."""

from __future__ import annotations

import re
from enum import Enum, auto

from .wording import normalise

DECLINED = re.compile(
    r"filter|safety|recit|prohibit|block|\bspii\b|refus|declin|sensitiv|guardrail|toxic|flagged|moderat|polic|unsafe"
    r"|harm|censor|inspect|model armor|violat|risk"
)
CUT = re.compile(r"length|max \w*\s?tokens|(token|output|error) limit|context window|truncat|incomplete")
BROKEN = re.compile(r"error|abort|insufficient|cancel|malformed|unexpected|fail|time ?out|unavailable|interrupt")


class Ending(Enum):
    """What a reason to finish says of the answer."""

    FINISHED = auto()
    CUT = auto()
    DECLINED = auto()
    BROKEN = auto()


def judge(reason: str) -> Ending:
    """Return the ending; an unknown reason says nothing, so the answer counts as finished."""
    words = normalise(reason)
    for pattern, ending in ((DECLINED, Ending.DECLINED), (CUT, Ending.CUT), (BROKEN, Ending.BROKEN)):
        if pattern.search(words):
            return ending
    return Ending.FINISHED
