"""Whether the twin answers as its owner expects, and whether it did before."""

from __future__ import annotations

from .answers import Outcome, ask_all, judge
from .cases import OWN_CASES, Case, read_cases
from .matching import as_literal
from .results import Kept, Results, keep

__all__ = ["OWN_CASES", "Case", "Kept", "Outcome", "Results", "as_literal", "ask_all", "judge", "keep", "read_cases"]
