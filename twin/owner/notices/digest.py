"""The digest: what a day brought, counted when it is sent."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection, case, func, select

from ...budget import Budget
from ...stores import Database
from ...stores.desk_tables import conversations, owner_questions
from ...stores.tables import messages, sessions
from .wording import Day

MAX_DAYS = 366  # of a digest after a pause


def find_due(hour: int, now: datetime) -> float:
    """Return when the last digest was due, in seconds since 1970: `hour` o'clock in the zone of the process (`TZ`)."""
    days = (now.date(), now.date() - timedelta(days=1))  # of which one may have 23 or 25 hours
    today, yesterday = (datetime.combine(day, time(hour)).astimezone().timestamp() for day in days)
    return today if today <= now.timestamp() else yesterday


def count_day(database: Database, budget: Budget, since: float) -> Day:
    """Return the counts since an instant, in seconds since 1970, without the owner's own tries.

    Raises StoreUnavailable.
    """
    first = datetime.fromtimestamp(since, UTC).date()
    spent = [day for day in budget.fetch_days(MAX_DAYS) if day.day >= first]
    tokens, usd = sum(day.tokens for day in spent), sum(day.usd for day in spent)

    def count(connection: Connection) -> tuple[int, int, int, int]:
        own = select(conversations.c.session_id).where(conversations.c.is_own)
        began = select(func.count()).where(sessions.c.created_at >= since, sessions.c.id.not_in(own))
        notes = messages.c.annotations
        marked = [
            func.sum(case((notes.like(mark), 1), else_=0)) for mark in ('%"grounded":false%', '%"unsupported":[{%')
        ]
        recent = (messages.c.created_at >= since) & notes.is_not(None) & messages.c.session_id.not_in(own)
        active = messages.c.session_id.in_(select(sessions.c.id).where(sessions.c.updated_at >= since))
        marks = connection.execute(select(*marked).where(active, recent)).one()
        asked = select(func.count()).where(owner_questions.c.asked_at >= since)
        return connection.scalar(began) or 0, marks[0] or 0, marks[1] or 0, connection.scalar(asked) or 0

    counts = database.run(count)
    return Day(*counts, tokens=tokens if budget.is_capped else None, usd=usd if budget.is_capped else None)
