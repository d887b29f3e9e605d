"""The texts in ZIP archives."""

from .archive import archive_to_text

__all__ = ["archive_to_text"]
