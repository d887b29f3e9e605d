"""The catalogue of metrics: the name, meaning, labels and buckets of each; every label has a fixed list of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .. import errors

OTHER = "other"  # the value for whatever is not in a label's list
NO_RESPONSE, ABANDONED = "none", "abandoned"  # in place of a status

DOORS = ("chat", "stream", "v1", "mcp", OTHER)
REPLIES = ("stop", "length", "content_filter", "faq", "repeated", "left")
CHAT_FAULTS: tuple[type[errors.TwinError], ...] = (
    errors.RateLimited,
    errors.Overloaded,
    errors.SessionBusy,
    errors.KeyInUse,
    errors.KeyReused,
    errors.BudgetExhausted,
    errors.StoreUnavailable,
    errors.InvalidRequest,
    errors.ModelMisconfigured,
    errors.ModelFailed,
    errors.ModelBusy,
    errors.ModelTimeout,
    errors.TwinError,
)
# Refusals of a chat, by its turn, except RateLimited, which is counted by its window.
CHAT_REFUSALS = ("overloaded", "budget_exhausted", "session_busy", "key_in_use", "key_reused")
RATE_REFUSALS = {"minute": "rate_minute", "day": "rate_day"}  # by the name of the quota
# Refusals of any request, by what stands before the routes.
REQUEST_REFUSALS: tuple[type[errors.TwinError], ...] = (
    errors.BadJson,
    errors.BadHost,
    errors.BadRequest,
    errors.UnsupportedMediaType,
    errors.InvalidRequest,
    errors.TooLarge,
    errors.NotFound,
    errors.MethodNotAllowed,
    errors.Unauthorized,
    errors.ForeignOrigin,
)
STATUSES = "200 201 202 204 301 302 307 308 400 401 402 403 404 405 408 409 413 415 422 424 429 498 499 500 501 502 503"
MORE_STATUSES = "504 520 521 522 523 524 529 530"
KINDS = "md markdown mdx txt json jsonl pdf docx odt rtf epub pptx xlsx csv html htm xhtml rst org yaml yml ipynb eml"
MORE_KINDS = "mhtml mht zip pages key numbers doc ppt xls odp ods"

CHAT_SECONDS = (0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 120)
DATABASE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 6)


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric; `name` is without the suffix `_total` that the format adds to a counter's."""

    name: str
    meaning: str
    kind: Literal["counter", "gauge", "histogram"] = "counter"
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: tuple[float, ...] = ()  # of a histogram's buckets, without the infinite one
    is_shared: bool = False  # every process sees the same: the highest counts, not the sum


def _split(*texts: str) -> tuple[str, ...]:
    return (*(word for text in texts for word in text.split()), OTHER)


_MODEL = {"model": ("first", "fallback")}
_STATE = {"state": ("spent", "held", "limit")}
_DOOR = {"door": DOORS}

CHATS = Metric(
    "twin_chats",
    "Chats that ended, by the door that they came through and how they ended.",
    labels={**_DOOR, "outcome": (*REPLIES, *(fault.code for fault in CHAT_FAULTS), OTHER)},
)
FIRST_WORD = Metric(
    "twin_chat_first_word_seconds",
    "Seconds from the start of a streamed chat to the model's first word.",
    "histogram",
    _DOOR,
    CHAT_SECONDS,
)
DURATION = Metric("twin_chat_seconds", "Seconds from the start of a chat to its end.", "histogram", _DOOR, CHAT_SECONDS)
IN_FLIGHT = Metric("twin_chats_in_flight", "Chats that are being answered, and summaries being made.", "gauge")
REFUSALS = Metric(
    "twin_refusals",
    "Requests that were refused, by the limit or the rule that they broke.",
    labels={"kind": (*RATE_REFUSALS.values(), *CHAT_REFUSALS, *(refusal.code for refusal in REQUEST_REFUSALS), OTHER)},
)
TOKENS = Metric(
    "twin_tokens", "Tokens that the models read and wrote, as they report.", labels={"direction": ("read", "written")}
)
COST = Metric("twin_cost_usd", "USD that calls cost by the prices set; the worst case where no usage is reported.")
BUDGET_TOKENS = Metric(
    "twin_budget_tokens", "Tokens of the day's budget: spent, held by calls under way, allowed.", "gauge", _STATE
)
BUDGET_USD = Metric(
    "twin_budget_usd", "USD of the day's budget: spent, held by calls under way, allowed.", "gauge", _STATE
)
UNKNOWN = Metric("twin_answers_unknown", "Answers that say that the twin does not know.")
UNSUPPORTED = Metric("twin_answers_unsupported", "Answers with names, numbers or dates that nobody gave the model.")
SOURCED = Metric("twin_answers_sourced", "Answers that rest on a passage.")
CONTACTS = Metric("twin_contacts", "Contacts in answers that were changed.", labels={"action": ("repaired", "removed")})
QUESTIONS = Metric("twin_owner_questions", "Questions that visitors left for the owner.")
RESPONSES = Metric(
    "twin_model_responses",
    "Requests to the models, by status; `none`: no response came; `abandoned`: the visitor left before one did.",
    labels={**_MODEL, "status": (NO_RESPONSE, ABANDONED, *_split(STATUSES, MORE_STATUSES))},
)
BREAKER = Metric("twin_breaker_open", "Processes that ask a model nothing, since it failed.", "gauge", _MODEL)
DATABASE = Metric(
    "twin_database_seconds", "Seconds that an access to the database took.", "histogram", bounds=DATABASE_SECONDS
)
DATABASE_FAILURES = Metric("twin_database_failures", "Accesses to the database that failed.")
READER_FAULTS = Metric(
    "twin_reader_faults",
    "Documents that a process failed to read, by the kind of file.",
    labels={"kind": _split(KINDS, MORE_KINDS)},
)
UNREAD = Metric("twin_documents_unread", "Documents that cannot be read at present.", "gauge", is_shared=True)
WORKERS = Metric("twin_workers", "Processes that serve.", "gauge")
WORKERS_ENDED = Metric("twin_workers_ended", "Processes that served and have ended, whatever the reason.")

METRICS = (
    *(CHATS, FIRST_WORD, DURATION, IN_FLIGHT, REFUSALS, TOKENS, COST, UNKNOWN, UNSUPPORTED, SOURCED, CONTACTS),
    *(QUESTIONS, RESPONSES, BREAKER, DATABASE, DATABASE_FAILURES, READER_FAULTS, UNREAD, WORKERS, WORKERS_ENDED),
)
FETCHED = (BUDGET_TOKENS, BUDGET_USD)  # from the database, when metrics are read
