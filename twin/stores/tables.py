"""The tables; whoever changes one adds a migration (migrations/versions/) and names it as REVISION."""

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

REVISION = "0005"  # of the newest migration

metadata = MetaData()


def clean(text: str) -> str:
    """Return `text` as every database keeps it: PostgreSQL knows no NUL, and none knows lone surrogates."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


class Words(TypeDecorator[str]):
    """What people and models write, which may be anything."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return `value` as it is kept."""
        return None if value is None else clean(value)


# Instants are seconds since 1970 (UTC).

# What each UTC day has cost, with the worst case of the calls that are not settled: an older Twin reads it so too.
budget_days = Table(
    "budget_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("nanodollars", BigInteger, nullable=False),
)

# The calls that are under way: what of their day's sums is only held. After expires_at it counts as spent.
budget_holds = Table(
    "budget_holds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("day", Date, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("nanodollars", BigInteger, nullable=False),
    Column("expires_at", Double, nullable=False),
)

# One conversation each. What is before window_start is no longer shown to the model; what is before summary_end is in
# the summary, and until summarising_until nobody else asks for a new one.
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

# What was said, in order: a visitor's message and the answer to it follow each other. The message has the idempotency
# key that it came with; the answer says which persona (SHA-256 of its text) and model gave it, and what that cost. What
# an answer says beside its text (memory/annotations.py) is a JSON object, or NULL where that is nothing.
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

# Who answers in a session at this moment, and which message (SHA-256 of its text) with which key; whoever does not
# renew it has died. Where a session was deleted, or its first message failed, this stays a while for those who wait.
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

# What one process at a time does for all of them.
chores = Table(
    "chores",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("busy_until", Double, nullable=False),
    Column("done_at", Double, nullable=False),
)

# Questions to which nothing close was found, and how often each was asked; nothing says by whom, or when on a day. The
# key is the SHA-256 of the folded question. No id is given twice, since owners type them.
gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("question", Words, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    sqlite_autoincrement=True,
)
