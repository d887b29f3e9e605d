"""The output cap's parameter, which has two names: one server refuses the one, another the other."""

from __future__ import annotations

import re

from .meanings import Meaning, judge_report
from .reports import Report

OLDER_CAP, NEWER_CAP = "max_tokens", "max_completion_tokens"
UNKNOWN = re.compile(
    r"(un|not |isn't )(supported|recogni[sz]ed|known|expected|permitted|allowed)|extra (inputs|fields|forbidden)|extra_"
    r"|additional propert|no such|invalid (parameter|argument|field|key|name)|deprecated"
)


def find_other_cap(report: Report, cap: str) -> str | None:
    """Return the cap's other name where the server refuses this one by its name, and not by its value."""
    said = f"{report.raw}\n{report.parameter}".lower()
    other = OLDER_CAP if cap == NEWER_CAP else NEWER_CAP
    if report.status not in (400, 422) or not re.search(rf"\b{cap}\b", said):
        return None
    if judge_report(report) in (Meaning.BAD_CAP, Meaning.TOO_LONG):
        return None
    return other if re.search(rf"\b{other}\b", said) or UNKNOWN.search(said) else None
