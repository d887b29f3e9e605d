"""Search: the passages that are close to a question, by an index of their words and vectors."""

from .factory import make_search
from .index import Index
from .index_file import INDEX_FILE
from .search import Search, SearchResult
from .snapshot import Passages

__all__ = ["INDEX_FILE", "Index", "Passages", "Search", "SearchResult", "make_search"]
