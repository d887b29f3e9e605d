"""The tables. A change to one needs a migration (migrations/versions/), whose number becomes REVISION."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
)

REVISION = "0009"  # that of the newest migration

metadata = MetaData()


def clean(text: str) -> str:
    """Return `text` with U+FFFD for NULs, which PostgreSQL refuses, and “?” for lone surrogates, which all refuse."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


class Words(TypeDecorator[str]):
    """Text of visitors and models, which may hold any character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return `value`, cleaned."""
        return None if value is None else clean(value)


# Instants are in seconds since 1970 (UTC).

# The cost of each UTC day, including the worst case of unsettled calls: an older Twin reads the sums so too.
budget_days = Table(
    "budget_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("nanodollars", BigInteger, nullable=False),
)

# The share of a day's sums that is only held, by calls under way. After expires_at it counts as spent.
budget_holds = Table(
    "budget_holds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("day", Date, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("nanodollars", BigInteger, nullable=False),
    Column("expires_at", Double, nullable=False),
)

# One conversation each. Messages before window_start are no longer shown to the model; those before summary_end are in
# the summary. Until summarising_until no other process asks for a new summary.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False, index=True),
    Column("next_position", Integer, nullable=False),
    Column("window_start", Integer, nullable=False),
    Column("summary", Words, nullable=False),
    Column("summary_end", Integer, nullable=False),
    Column("summarising_until", Double, nullable=False),
)

# The messages of a session, each visitor's followed by its answer. A visitor's message has its idempotency key; an
# answer has its persona (SHA-256 of the text), its model and its cost. Annotations of an answer (memory/annotations.py)
# are a JSON object, or NULL for none.
messages = Table(
    "messages",
    metadata,
    Column("session_id", Uuid, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("role", String(9), nullable=False),
    Column("text", Words, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("key", Words),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("model", Words),
    Column("finish_reason", String(16)),
    Column("persona", String(64)),
    Column("annotations", Words),
)
Index(
    "messages_by_key",
    messages.c.session_id,
    messages.c.key,
    sqlite_where=messages.c.key.is_not(None),
    postgresql_where=messages.c.key.is_not(None),
)

# The process that answers in a session at this moment, by its token, with the message's key and SHA-256; a holder that
# does not renew its lease has died. After a deletion, or a first message that failed, the row stays for waiting turns.
leases = Table(
    "leases",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("token", Uuid, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("key", Words),
    Column("question", String(64)),
    Column("deleted_at", Double),
)

# Work that one process at a time does for all.
chores = Table(
    "chores",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("busy_until", Double, nullable=False),
    Column("done_at", Double, nullable=False),
)

# Questions that the twin did not know, and how often each was asked; not by whom, nor at which time of a day. The key
# is the SHA-256 of the folded question. No id is used twice, since owners type them. With the twin's latest answer, and
# the key of the passage that was close to the question then (knowledge/passages.py), if one was.
gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("question", Words, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("said", Words),
    Column("close_to", String(64)),
    sqlite_autoincrement=True,
)

# The owner's answers to gaps, which all processes give word for word: those of one batch were published, and are taken
# back, together. Aliases (a JSON array) get the same answer. What is taken back with an answer is the case that it left
# in the eval file, and the rows of gaps that it removed (a JSON array, empty once those would have been deleted).
gap_answers = Table(
    "gap_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("question", Words, nullable=False),
    Column("answer", Words, nullable=False),
    Column("aliases", Words, nullable=False),
    Column("eval_case", Words),
    Column("removed", Words, nullable=False),
    Column("answered_at", Double, nullable=False),
    sqlite_autoincrement=True,
)

# Sentences of answers with names, numbers or dates that nobody gave the model, and how often each was said.
inventions = Table(
    "inventions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("sentence", Words, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    sqlite_autoincrement=True,
)

# The keys of programs: of each, the SHA-256 of its text, and how many chats it may start in any minute and in any 24
# hours. No id is used twice, since chats are counted by it.
program_keys = Table(
    "program_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("per_day", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    sqlite_autoincrement=True,
)
