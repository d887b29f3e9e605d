"""Questions that the twin could not answer from what it knows: what is kept of them, and which are alike."""

from .gaps import Gap, Gaps, delete_unasked
from .groups import Group, group

__all__ = ["Gap", "Gaps", "Group", "delete_unasked", "group"]
