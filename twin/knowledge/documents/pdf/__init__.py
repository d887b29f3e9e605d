"""Read the text of a PDF, in the order in which a person reads it."""

from .document import pdf_to_text

__all__ = ["pdf_to_text"]
