"""Make the search of one process, and the process beside that makes vectors."""

from __future__ import annotations

from pathlib import Path

from ...settings import Settings
from ...system.environment import select_calling
from ...system.sidecar import Sidecar
from .index import Index
from .index_file import INDEX_FILE, INDEXER
from .search import Search


def make_search(settings: Settings, instance: Path) -> Search:
    """Return the search of one process of the service whose private folder is `instance`."""
    from ...llm.embeddings import find_embeddings  # openai takes 0.6 s to import

    embeddings = find_embeddings(settings, instance)
    label = "The process that makes vectors of documents"
    environment = select_calling() | _export_model(settings)
    indexer = Sidecar(instance, INDEXER, "twin.knowledge.search.indexer", label, environment=environment)
    return Search(Index(instance / INDEX_FILE), embeddings, indexer)


def _export_model(settings: Settings) -> dict[str, str]:
    """Return the environment variables by which the indexer finds the same model; none for the embedded one."""
    if settings.embedding_model is None:
        return {}
    fields = ("embedding_model", "embedding_base_url", "embedding_api_key", "openai_base_url", "openai_api_key")
    values = {field.upper(): getattr(settings, field) for field in fields if getattr(settings, field)}
    return {name: value if isinstance(value, str) else value.get_secret_value() for name, value in values.items()}
