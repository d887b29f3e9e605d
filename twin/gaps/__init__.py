"""Gaps: visitors' questions without an answer in the documents, made anonymous, and grouped by likeness."""

from .gaps import Gap, Gaps, Invention, delete_unasked
from .groups import Group, group

__all__ = ["Gap", "Gaps", "Group", "Invention", "delete_unasked", "group"]
