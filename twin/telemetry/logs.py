"""Log lines: as JSON or plain, without anyone's words, and without a visitor's whole address."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from ..system.networks import network_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChatReport:
    """The log's view of one chat; a field that does not apply is None."""

    # the finish reason, `repeated`, `faq`, a problem's code, or `left`: the visitor went away
    outcome: str | None = None
    model: str | None = None
    first_token_ms: int | None = None  # of a stream, since the chat's start
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    repaired: int | None = None  # contacts in the answer that the model had misspelt
    removed: int | None = None  # contacts that neither owner nor visitor wrote
    sources: int | None = None  # passages that the answer rests on
    unsupported: int | None = None  # names, numbers and dates that stand in nothing that the model was given
    unknown: bool | None = None  # true where the twin did not know


def set_up(*, as_json: bool) -> None:
    """Send the package's log lines to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(make_formatter(as_json=as_json))
    package = logging.getLogger("twin")
    package.handlers = [handler]
    package.setLevel(logging.INFO)
    # httpx's request lines hold the model's whole URL, with its password or keys, whatever level its root logger has.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    # The development server's own request lines hold addresses, and the words of a link such as /?m=….
    logging.getLogger("werkzeug").addFilter(_is_no_request)


def make_formatter(*, as_json: bool) -> logging.Formatter:
    """Return how a line is written."""
    if not as_json:
        return _PlainFormatter("%(asctime)s %(levelname)s %(message)s")
    names = {"levelname": "level", "name": "logger"}
    return JsonFormatter([*names, "process", "message"], rename_fields=names, timestamp="time", json_ensure_ascii=False)


def log_request(*, route: str, status: int, ms: int, request_id: str, address: str, chat: ChatReport | None) -> None:
    """Log a request when all of its answer is sent; `route` is method and rule, since a path may hold a secret."""
    fields = {"request_id": request_id, "status": status, "ms": ms, "visitor": network_of(address, 24, 48)}
    told = {name: value for name, value in vars(chat).items() if value is not None} if chat else {}
    logger.info("%s", route, extra=fields | told)


class _PlainFormatter(logging.Formatter):
    """A line for a person, with the fields that JSON would have at its end."""

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        fields = [f" {name}={value}" for name, value in vars(record).items() if name not in RESERVED_ATTRS]
        line = super().format(record)
        first, *rest = line.split("\n", 1)
        return "\n".join([first + "".join(fields), *rest])


def _is_no_request(record: logging.LogRecord) -> bool:
    return " - - [" not in str(record.msg)
