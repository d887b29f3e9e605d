"""The time that a busy provider asks to wait, wherever it says so."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .reports import Report

MAX_WAIT = 86_400  # seconds
UNITS = {"h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
DURATION = r"(?:\d+(?:\.\d+)?(?:h|ms|m|s))+"
SAID = re.compile(rf"(?:try again|retry|wait)(?: again)?(?: in| after| for)? ({DURATION})\b")
LIMITS = ("requests", "tokens")


def read_wait(report: Report) -> int | None:
    """Return the seconds that a report asks to wait, rounded up, up to MAX_WAIT; None where it says nothing of use.

    First come the headers: `retry-after-ms`, OpenAI's and Azure's, and Retry-After, a number, with a fraction or a unit
    in some, or a date (RFC 9110, section 10.2.3); then Google's RetryInfo, words such as "try again in 7m12s", and
    OpenAI's `x-ratelimit-reset-…` of a limit that is used up.
    """
    seconds = next(_list_waits(report), 0.0)
    return math.ceil(seconds) if 0 < seconds <= MAX_WAIT else None


def _list_waits(report: Report) -> Iterator[float]:
    headers = report.headers
    parsers: list[tuple[str, Callable[[str], float]]] = [
        ("retry-after-ms", lambda value: _parse_number(value) / 1_000),
        ("x-ms-retry-after-ms", lambda value: _parse_number(value) / 1_000),
        ("retry-after", _parse_number),
        ("retry-after", _parse_duration),
        ("retry-after", _parse_date),
    ]
    for name, parse in parsers:
        if (seconds := _try(parse, headers.get(name))) is not None:
            yield seconds
    if (seconds := _try(_parse_duration, report.delay)) is not None:
        yield seconds
    if said := SAID.search(report.raw.lower()):
        yield _parse_duration(said[1])
    for limit in LIMITS:
        if headers.get(f"x-ratelimit-remaining-{limit}") == "0":
            seconds = _try(_parse_duration, headers.get(f"x-ratelimit-reset-{limit}"))
            if seconds is not None:
                yield seconds


def _try(parse: Callable[[str], float], value: str | None) -> float | None:
    try:
        return parse(value.strip()) if value else None
    except (TypeError, ValueError, OverflowError):
        return None


def _parse_number(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", value):
        raise ValueError(value)
    return float(value)


def _parse_duration(value: str) -> float:
    """Return the seconds in a text such as 1m30s, 250ms or 59.4s; raises ValueError for any other."""
    if not re.fullmatch(DURATION, value, re.ASCII):
        raise ValueError(value)
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"(\d+(?:\.\d+)?)(h|ms|m|s)", value))


def _parse_date(value: str) -> float:
    return (parsedate_to_datetime(value).astimezone(UTC) - datetime.now(UTC)).total_seconds()
