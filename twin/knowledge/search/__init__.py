"""Search: the passages that are close to a question, by an index of their words and vectors."""

from .factory import INDEX, make_search
from .index import Index
from .search import Search, SearchResult
from .snapshot import Passages

__all__ = ["INDEX", "Index", "Passages", "Search", "SearchResult", "make_search"]
