"""Sources: the passages that the sentences of an answer rest on."""

from .quotes import MAX_QUOTE
from .sources import MAX_SOURCES, Basis, Citable, Source, find_sources

__all__ = ["MAX_QUOTE", "MAX_SOURCES", "Basis", "Citable", "Source", "find_sources"]
