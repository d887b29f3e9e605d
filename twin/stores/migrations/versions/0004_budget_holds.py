"""Which calls are under way, and so what of a day's sums is only held."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; what an older Twin holds meanwhile is in the day's sums alone, and so counts as spent."""
    op.create_table(
        "budget_holds",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("nanodollars", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
