"""The tables of the owner's desk: what it knows of conversations, and who is signed in. Revisions as in tables.py."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, ForeignKey, Integer, String, Table, Uuid, false

from .tables import Words, metadata

# The desk's side of a session, by a number that is used once: the desk never shows the session's id, which opens the
# conversation. The row is made with the session's first message, or before it for a try or a question of the menu, so
# a session may be missing. A conversation is read, or archived, up to a position: one with newer messages is neither.
# Unknown and unsupported count the answers so marked. The owner who holds it (a sign-in) answers until held_until.
conversations = Table(
    "conversations",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("session_id", Uuid, nullable=False, unique=True),
    Column("created_at", Double, nullable=False),
    Column("is_own", Boolean, nullable=False, server_default=false()),
    Column("read_until", Integer, nullable=False, server_default="0"),
    Column("archived_until", Integer, nullable=False, server_default="0"),
    Column("needs_owner_since", Double),
    Column("unknown", Integer, nullable=False, server_default="0"),
    Column("unsupported", Integer, nullable=False, server_default="0"),
    Column("held_by", Integer),
    Column("held_until", Double),
    sqlite_autoincrement=True,
)

# What visitors asked the owner: about the message at a position or, from the menu, about none. The contact, with the
# words of consent as the visitor saw them, is emptied some time after the answer. The batch is that of gap_answers, if
# the twin learnt the answer.
owner_questions = Table(
    "owner_questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation", Integer, ForeignKey("conversations.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer),
    Column("question", Words, nullable=False),
    Column("contact", Words),
    Column("consent", Words),
    Column("asked_at", Double, nullable=False),
    Column("draft", Words),
    Column("answer", Words),
    Column("answered_at", Double),
    Column("seen_at", Double),
    Column("batch", Integer),
    sqlite_autoincrement=True,
)

# The visitor's judgement of an answer: 1 or -1, the last one given.
feedback = Table(
    "feedback",
    metadata,
    Column("conversation", Integer, ForeignKey("conversations.number", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
    Column("note", Words),
    Column("given_at", Double, nullable=False),
)

# The desk's sessions, and the links that start one: of their tokens the SHA-256, and of the password at that time an
# HMAC under the token, so that another password ends them; empty for a link, whose row is deleted by its use.
desk_sign_ins = Table(
    "desk_sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(7), nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("password", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    sqlite_autoincrement=True,
)

# Wrong passwords, by network: those of the last hour count.
desk_tries = Table(
    "desk_tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("network", String(64), nullable=False),
    Column("tried_at", Double, nullable=False, index=True),
)

# When a notice of a kind was last sent, and what has happened since that is still to be told.
notices = Table(
    "notices",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("sent_at", Double, nullable=False),
    Column("pending", Integer, nullable=False, server_default="0"),
)

# The last delivery and failure of each channel, which is known by the SHA-256 of its URL and shown by its name.
notice_channels = Table(
    "notice_channels",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("name", Words, nullable=False),
    Column("delivered_at", Double),
    Column("failed_at", Double),
    Column("fault", Words),
)
