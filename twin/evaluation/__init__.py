"""Evaluation: the owner's cases, the twin's answers to their questions, and the results of earlier runs."""

from __future__ import annotations

from .answers import Outcome, ask_all, judge
from .cases import OWN_CASES, Case, read_cases
from .estimate import Estimate, estimate_cost, is_paid
from .matching import as_literal
from .own_cases import add_cases, remove_cases
from .publication import Draft, add_new_cases, find_conflict, prepare_answers
from .results import KeptResult, Results, keep
from .rewordings import make_case

__all__ = [
    "OWN_CASES",
    "Case",
    "Draft",
    "Estimate",
    "KeptResult",
    "Outcome",
    "Results",
    "add_cases",
    "add_new_cases",
    "as_literal",
    "ask_all",
    "estimate_cost",
    "find_conflict",
    "is_paid",
    "judge",
    "keep",
    "make_case",
    "prepare_answers",
    "read_cases",
    "remove_cases",
]
