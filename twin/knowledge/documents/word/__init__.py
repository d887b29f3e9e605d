"""The text of Word files."""

from .document import word_to_text

__all__ = ["word_to_text"]
