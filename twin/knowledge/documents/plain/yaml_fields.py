"""Front matter in YAML; a module of its own, since deployments from before it was read have no library for it."""

from __future__ import annotations

from typing import Any

import yaml

MAX_BRACKETS = 500


class _Loader(yaml.BaseLoader):  # type: ignore[misc]  # yaml has no types
    """Makes strings, lists and dictionaries alone, and none that stands for others: nine such can be a billion."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node; raises YAMLError at an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


def parse_yaml(content: str) -> Any:
    """Return the data of one document. Raises ValueError, RecursionError."""
    if content.count("[") + content.count("{") > MAX_BRACKETS:  # it would take seconds
        raise ValueError("too many brackets")
    try:
        return yaml.load(content, _Loader)  # noqa: S506 - no objects
    except yaml.YAMLError as error:
        raise ValueError("no YAML") from error
