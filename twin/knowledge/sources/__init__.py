"""Sources: the passages that an answer rests on."""

from .rarity import Rarity
from .sources import MOST_QUOTE, MOST_SOURCES, Source, find_sources

__all__ = ["MOST_QUOTE", "MOST_SOURCES", "Rarity", "Source", "find_sources"]
