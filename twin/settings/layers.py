"""The layers that settings are read from: instance/config.py, .env, the environment, and create_app's argument.

Where a value or a file is wrong, StartError has a line for each, which names the setting, the problem and the meaning.
"""

from __future__ import annotations

import os
import re
import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..errors import StartError
from ..system import paths
from .settings import Settings
from .values import COMMENT, COMMENTED

PLACEHOLDER_KEY = "your_openai_api_key_here"  # counts as unset


@dataclass(frozen=True)
class Given:
    """A value that was set, and the layer that it comes from."""

    value: Any
    source: str


def load_settings(overrides: Mapping[str, Any] | None = None, root: Path | None = None) -> Settings:
    """Return the settings; a later layer wins: defaults, instance/config.py, .env, the environment, `overrides`.

    Raises StartError, in a line for each setting or file that is wrong.
    """
    try:
        return Settings(**{field: given.value for field, given in collect_values(overrides, root).items()})
    except ValidationError as error:
        raise StartError(*map(_describe_fault, error.errors(include_url=False, include_context=False))) from None


def collect_values(overrides: Mapping[str, Any] | None = None, root: Path | None = None) -> dict[str, Given]:
    """Return the values that are set, unchecked, by the names of `Settings`' fields.

    Raises StartError where a file is wrong.
    """
    root = root or paths.ROOT
    dotenv = _read_dotenv(root / ".env")
    layers: dict[str, Mapping[str, Any]] = {
        "instance/config.py": _run_config(root / "instance" / "config.py"),
        ".env": dotenv,
        # without what Flask copied from .env before it looked for the app
        "environment": {name: value for name, value in os.environ.items() if value != dotenv.get(name)},
        "create_app": overrides or {},
    }
    values: dict[str, Given] = {}
    for source, layer in layers.items():
        for field in Settings.model_fields:
            value = layer.get(field.upper())
            if isinstance(value, str):
                value = (value if source == ".env" else _unquote(value)).strip()
            if value not in (None, "", PLACEHOLDER_KEY):
                values[field] = Given(value, source)
    return values


def _describe_fault(fault: ErrorDetails) -> str:
    field = str(fault["loc"][0])
    problem = fault["msg"].removeprefix("Value error, ")
    if isinstance(fault["input"], str) and COMMENT.search(fault["input"]):
        problem = COMMENTED
    return f"{field.upper()}: {problem}. It means: {Settings.model_fields[field].description}."


def _unquote(value: str) -> str:
    """Return a value without the quotes around it, and empty where there is only a comment, as .env is read.

    Docker's --env-file leaves both in the value.
    """
    if re.match(r"\s*['\"]|\s+#", value):
        first, *more = parse_stream(StringIO(f"VALUE={value}"))
        if not (first.error or more):
            return first.value or ""
    return value


def _run_config(path: Path) -> dict[str, Any]:
    try:
        return runpy.run_path(str(path)) if path.exists() else {}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the owner's own code may raise anything
        raise StartError(f"{path}: {type(error).__name__}: {error}") from None


def _read_dotenv(path: Path) -> dict[str, str | None]:
    if path.is_dir():  # which container engines make of a mount whose file is missing
        raise StartError(f"{path} is a folder: make it a file.")
    if not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{path}: {error}") from None
    if lines := [str(binding.original.line) for binding in parse_stream(StringIO(text)) if binding.error]:
        raise StartError(f"{path}: line {', '.join(lines)} is not NAME=value: mend it, or begin it with #.")
    return dotenv_values(stream=StringIO(text))
