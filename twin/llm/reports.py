"""Errors as providers report them, each in a shape of its own: read into one."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import openai

from .meanings import Meaning, judge
from .wording import normalise

MESSAGES = {"message", "msg", "error", "detail", "details", "error_msg", "error_message", "status_msg", "raw", "title"}
LABELS = {"code", "type", "status", "reason", "reasons", "error_code", "error_type", "status_code", "loc"}
LABELS |= {"blockReason", "block_reason"}
CODES = {"code", "status", "status_code", "error_code"}
# Fields that quote the request. Their names are labels too, but their texts are the visitor's, who must not be judged.
QUOTATIONS = {"input", "flagged_input", "failed_generation", "ctx"}
QUOTED = re.compile(  # the same in the middle of a message, up to its end
    r"['\"](?:input|input_value|ctx|content|prompt|text)['\"]\s*[:=]"
    r"|\b(?:your|user|the user's) (?:text|message|input|prompt|query)\b[^.:]{0,20}:",
    re.IGNORECASE,
)
MAX_DEPTH = 6
MAX_SAYINGS = 50
MAX_CHARACTERS = 2_000  # of one
MAX_WORDS = 8_000  # characters of all


@dataclass(frozen=True)
class Report:
    """What a provider says is wrong; for the service to judge, never for a log or a visitor."""

    status: int
    raw: str = ""  # all that it says, a line for each saying
    parameter: str = ""
    delay: str = ""  # Google's RetryInfo
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
        if isinstance(body, str):
            body = {"message": _read_title(body)}
        said = list(_walk(body))
        return cls(
            status,
            "\n".join(_cut_quotation(text) for key, text in said if key in MESSAGES or key in LABELS)[:MAX_WORDS],
            next((text for key, text in said if key == "param"), ""),
            next((text for key, text in said if key == "retryDelay"), ""),
            headers,
        )

    @cached_property
    def meaning(self) -> Meaning:
        """What the error means."""
        lines = self.raw.split("\n")
        words = "\n".join(f"code {line}" if line.isdigit() else normalise(line) for line in lines)
        return judge(self.status, words, self.parameter)


def _walk(body: object) -> Iterator[tuple[str, str]]:
    """Yield the first MAX_SAYINGS texts and numbers in a body, each with its key; also in JSON inside of a text."""
    left: deque[tuple[str, object, int]] = deque([("", body, 0)])
    found = 0
    while left and found < MAX_SAYINGS:
        key, value, depth = left.popleft()
        if isinstance(value, str) and value.startswith("{") and depth < MAX_DEPTH:
            with suppress(ValueError, RecursionError):
                value = json.loads(value[: MAX_CHARACTERS * 5])
        if isinstance(value, (str, int)):
            found += 1
            yield key, " ".join(str(value)[:MAX_CHARACTERS].split())
        elif depth < MAX_DEPTH and isinstance(value, list):
            left += [(key, each, depth + 1) for each in value[:MAX_SAYINGS]]
        elif depth < MAX_DEPTH and isinstance(value, dict):
            left += [_read_field(name, value[name], depth + 1) for name in list(value)[:MAX_SAYINGS]]


def _read_field(name: object, value: object, depth: int) -> tuple[str, object, int]:
    return ("type", name, depth) if name in QUOTATIONS else (str(name), value, depth)


def _cut_quotation(text: str) -> str:
    match = QUOTED.search(text)
    return text[: match.start()] if match else text


def _read_title(text: str) -> str:
    """Return the title of a page, or the text where it is none."""
    if not text.lstrip().startswith("<"):
        return text
    title = re.search(r"<title>([^<]{1,300})", text[:MAX_CHARACTERS], re.IGNORECASE)
    return title[1] if title else ""
