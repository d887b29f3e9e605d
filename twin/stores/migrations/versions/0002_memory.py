"""Sessions, their messages and leases, and the chores of housekeeping."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _create_sessions()
    _create_messages()
    _create_leases()
    _create_chores()


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False, index=True),
        sa.Column("next_position", sa.Integer, nullable=False),
        sa.Column("window_start", sa.Integer, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("summary_end", sa.Integer, nullable=False),
        sa.Column("summarising_until", sa.Double, nullable=False),
    )


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("role", sa.String(9), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("prompt_tokens", sa.Integer),
        sa.Column("completion_tokens", sa.Integer),
        sa.Column("model", sa.Text),
        sa.Column("finish_reason", sa.String(16)),
        sa.Column("persona", sa.String(64)),
    )
    has_key = sa.column("key").is_not(None)
    op.create_index(
        "messages_by_key", "messages", ["session_id", "key"], sqlite_where=has_key, postgresql_where=has_key
    )


def _create_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("session_id", sa.Uuid, primary_key=True),
        sa.Column("token", sa.Uuid, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("question", sa.String(64)),
        sa.Column("deleted_at", sa.Double),
    )


def _create_chores() -> None:
    op.create_table(
        "chores",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("busy_until", sa.Double, nullable=False),
        sa.Column("done_at", sa.Double, nullable=False),
    )
