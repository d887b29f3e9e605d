"""Sources: the passages that an answer rests on, by the rarity of the words in common."""

from .rarity import Rarity
from .sources import MAX_QUOTE, MAX_SOURCES, Source, find_sources

__all__ = ["MAX_QUOTE", "MAX_SOURCES", "Rarity", "Source", "find_sources"]
