"""The owner's desk. Existing conversations get their numbers in the order in which they began, and count as read."""

import sqlalchemy as sa
from alembic import op

from twin.stores.word_index import create_index

revision = "0008"
down_revision = "0007"

NUMBER_SESSIONS = """
INSERT INTO conversations (session_id, created_at, read_until, unknown, unsupported)
SELECT id, created_at, next_position, COALESCE(unknown, 0), COALESCE(unsupported, 0)
FROM sessions LEFT JOIN (
    SELECT session_id,
        SUM(CASE WHEN annotations LIKE '%"grounded":false%' THEN 1 ELSE 0 END) AS unknown,
        SUM(CASE WHEN annotations LIKE '%"unsupported":[{%' THEN 1 ELSE 0 END) AS unsupported
    FROM messages WHERE annotations IS NOT NULL GROUP BY session_id
) AS marked ON marked.session_id = sessions.id
ORDER BY created_at
"""


def upgrade() -> None:
    """Make the tables, and number the conversations; housekeeping indexes their words, which takes longer."""
    _create_conversations()
    _create_questions()
    _create_feedback()
    _create_sign_ins()
    _create_notices()
    op.execute(sa.text(NUMBER_SESSIONS.replace(":", r"\:")))
    create_index(op.get_bind())


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("session_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("is_own", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("read_until", sa.Integer, nullable=False, server_default="0"),
        sa.Column("archived_until", sa.Integer, nullable=False, server_default="0"),
        sa.Column("needs_owner_since", sa.Double),
        sa.Column("unknown", sa.Integer, nullable=False, server_default="0"),
        sa.Column("unsupported", sa.Integer, nullable=False, server_default="0"),
        sa.Column("held_by", sa.Integer),
        sa.Column("held_until", sa.Double),
        sqlite_autoincrement=True,
    )


def _create_questions() -> None:
    number = sa.ForeignKey("conversations.number", ondelete="CASCADE")
    op.create_table(
        "owner_questions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.Integer, number, nullable=False, index=True),
        sa.Column("position", sa.Integer),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("contact", sa.Text),
        sa.Column("consent", sa.Text),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("draft", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", sa.Double),
        sa.Column("seen_at", sa.Double),
        sa.Column("batch", sa.Integer),
        sqlite_autoincrement=True,
    )


def _create_feedback() -> None:
    number = sa.ForeignKey("conversations.number", ondelete="CASCADE")
    op.create_table(
        "feedback",
        sa.Column("conversation", sa.Integer, number, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("given_at", sa.Double, nullable=False),
    )


def _create_sign_ins() -> None:
    op.create_table(
        "desk_sign_ins",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("password", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "desk_tries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("tried_at", sa.Double, nullable=False, index=True),
    )


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("sent_at", sa.Double, nullable=False),
        sa.Column("pending", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "notice_channels",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("delivered_at", sa.Double),
        sa.Column("failed_at", sa.Double),
        sa.Column("fault", sa.Text),
    )
