"""Errors as providers report them, each in a shape of its own: read into one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import openai

from .wording import normalise

# Where providers say what is wrong; not where they quote the request, so that no visitor's words are judged.
MESSAGES = {"message", "msg", "error", "detail", "details", "error_msg", "error_message", "status_msg", "raw", "title"}
LABELS = {"code", "type", "status", "reason", "reasons", "error_code", "error_type", "status_code", "loc"}
CODES = {"code", "status", "status_code", "error_code"}
QUOTATIONS = {
    "input",
    "flagged_input",
    "failed_generation",
    "ctx",
}  # their names may say something, their texts nothing
MAX_DEPTH = 6
MAX_SAYINGS = 50
MAX_CHARACTERS = 2_000  # of each


@dataclass(frozen=True)
class Report:
    """What a provider says is wrong; for the service to judge, never for a log or a visitor."""

    status: int
    words: str  # all that it says, normalised, a line each
    raw: str = ""  # the same as it was sent
    parameter: str = ""
    is_json: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: openai.APIStatusError) -> Report:
        """Return the report in an error response."""
        return cls.read(error.body, error.status_code, error.response.headers)

    @classmethod
    def in_body(cls, body: object) -> Report:
        """Return the report in a body of status 200: its status is the code in it, or still 200 where there is none."""
        codes = (value for key, value in _walk(body) if key in CODES)
        statuses = (int(code) for code in codes if re.fullmatch("[45][0-9]{2}", code))
        return cls.read(body, next(statuses, 200), {})

    @classmethod
    def read(cls, body: object, status: int, headers: Mapping[str, str]) -> Report:
        """Return the report in the body of an error with this status."""
        is_json = isinstance(body, (dict, list))
        said = [(key, text) for key, text in _walk(body) if key in MESSAGES | LABELS]
        if isinstance(body, str) and "<" not in body[:100]:
            said = [("message", body[:MAX_CHARACTERS])]
        words = [f"code {text}" if text.isdigit() else normalise(text) for _, text in said]
        parameter = next((text for key, text in _walk(body) if key == "param"), "")
        return cls(status, "\n".join(words), "\n".join(text for _, text in said), parameter, is_json, headers)


def _walk(body: object) -> Iterator[tuple[str, str]]:
    """Yield the first MAX_SAYINGS texts and numbers in a body, each with its key."""
    left: deque[tuple[str, object, int]] = deque([("", body, 0)])
    found = 0
    while left and found < MAX_SAYINGS:
        key, value, depth = left.popleft()
        if isinstance(value, (str, int)):
            found += 1
            yield key, str(value)[:MAX_CHARACTERS]
        elif depth < MAX_DEPTH and isinstance(value, list):
            left += [(key, each, depth + 1) for each in value[:MAX_SAYINGS]]
        elif depth < MAX_DEPTH and isinstance(value, dict):
            left += [
                ("type", name, depth) if name in QUOTATIONS else (str(name), each, depth + 1)
                for name, each in value.items()
            ]
