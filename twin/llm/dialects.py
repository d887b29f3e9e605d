"""What a server takes of a request, as its refusals teach: the name of the output cap, and `stream_options`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .reports import Report

OLDER_CAP, NEWER_CAP = "max_tokens", "max_completion_tokens"
UNKNOWN = re.compile(
    r"(un|not |isn't )(supported|recogni[sz]ed|known|expected|permitted|allowed)|extra (inputs|fields|forbidden)|extra_"
    r"|additional propert|no such|invalid (parameter|argument|field|key|name)|deprecated"
)
VALUE = re.compile(
    r"too (large|high|small|low)|at most|at least|less than|greater than|larger|must be|exceed|range|reached"
)


@dataclass(frozen=True)
class Dialect:
    """The fields of a request in which servers differ."""

    cap: str
    takes_stream_options: bool = True  # which ask for the usage in streams

    def without_refused(self, report: Report) -> Dialect | None:
        """Return the dialect to try after a refusal; None where that is not about these fields, but about a value."""
        said = f"{report.raw}\n{report.parameter}".lower()
        if report.status not in (400, 422):
            return None
        if self.takes_stream_options and "stream_options" in said:
            return replace(self, takes_stream_options=False)
        other = OLDER_CAP if self.cap == NEWER_CAP else NEWER_CAP
        if not re.search(rf"\b{self.cap}\b", said) or VALUE.search(said):
            return None
        is_unknown = re.search(rf"\b{other}\b", said) or UNKNOWN.search(said)
        return replace(self, cap=other) if is_unknown else None
