"""Grounding: an answer shows contacts only as somebody wrote them, nothing private, and nothing invisible."""

from .gate import Gate, open_gate
from .owned import Material, OwnedText
from .private.marks import find_private, remove_private

__all__ = ["Gate", "Material", "OwnedText", "find_private", "open_gate", "remove_private"]
