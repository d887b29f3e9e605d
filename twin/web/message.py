"""A visitor's message, as all doors take it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

MAX_MESSAGE = 20_000  # characters
# The white space to trim: all that Python, JavaScript and readers of the schema know as such, so that they agree.
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff"
NOT_BLANK = {"pattern": r"[^\s\u001c-\u001f\u0085\ufeff]"}


def trim(value: object) -> object:
    """Return a string without the white space at its ends, and any other value as it is."""
    return value.strip(BLANKS) if isinstance(value, str) else value


MessageText = Annotated[
    str, BeforeValidator(trim), Field(min_length=1, max_length=MAX_MESSAGE, json_schema_extra=NOT_BLANK)
]
