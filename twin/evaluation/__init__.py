"""Evaluation: the owner's cases, the twin's answers to their questions, and the results of earlier runs."""

from __future__ import annotations

from .answers import Outcome, ask_all, judge
from .cases import OWN_CASES, Case, read_cases
from .matching import as_literal
from .results import KeptResult, Results, keep

__all__ = [
    "OWN_CASES",
    "Case",
    "KeptResult",
    "Outcome",
    "Results",
    "as_literal",
    "ask_all",
    "judge",
    "keep",
    "read_cases",
]
