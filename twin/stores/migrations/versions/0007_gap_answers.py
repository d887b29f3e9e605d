"""The owner's answers to gaps, and what the twin said to each; of older gaps it is unknown."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns, and make the table."""
    op.add_column("gaps", sa.Column("said", sa.Text))
    op.add_column("gaps", sa.Column("close_to", sa.String(64)))
    op.create_table(
        "gap_answers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("aliases", sa.Text, nullable=False),
        sa.Column("eval_case", sa.Text),
        sa.Column("removed", sa.Text, nullable=False),
        sa.Column("answered_at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
