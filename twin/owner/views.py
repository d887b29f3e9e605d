"""The views of the inbox: which conversations it lists, as conditions on the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, not_, true

from ..stores.desk_tables import conversations
from ..stores.tables import sessions

ViewName = Literal["all", "unread", "needs-you", "unknown", "unsupported", "archived", "own", "visitors"]

row = conversations.c
IS_UNREAD = sessions.c.next_position > row.read_until
# Without messages, as where a question for the owner came first, nothing is archived.
IS_ARCHIVED = and_(row.archived_until >= sessions.c.next_position, row.archived_until > 0)
NEEDS_OWNER = row.needs_owner_since.is_not(None)
IS_LISTED = and_(not_(IS_ARCHIVED), not_(row.is_own))
CONDITIONS: dict[ViewName, ColumnElement[bool]] = {
    "all": IS_LISTED,
    "unread": and_(IS_LISTED, IS_UNREAD),
    "needs-you": and_(IS_LISTED, NEEDS_OWNER),
    "unknown": and_(IS_LISTED, row.unknown > 0),
    "unsupported": and_(IS_LISTED, row.unsupported > 0),
    "archived": and_(IS_ARCHIVED, not_(row.is_own)),
    "own": row.is_own,
    "visitors": not_(row.is_own),
}


@dataclass(frozen=True)
class View:
    """A view with its search, its day, and the instant since when something was said.

    Words are looked for in archived conversations too.
    """

    name: ViewName = "all"
    words: str = ""
    day: date | None = None
    since: float = 0.0

    def match(self) -> ColumnElement[bool]:
        """Return the condition of its conversations, but for the words."""
        name = "visitors" if self.name == "all" and self.words.strip() else self.name
        return CONDITIONS[name] & self._match_day() & (sessions.c.updated_at >= self.since)

    def _match_day(self) -> ColumnElement[bool]:
        """Match the conversations in which something was said on the day, in the server's zone."""
        if self.day is None:
            return true()
        start, end = _begin(self.day), _begin(self.day + timedelta(days=1))
        return (sessions.c.updated_at >= start) & (sessions.c.created_at < end)


def _begin(day: date) -> float:
    return datetime.combine(day, time.min).astimezone().timestamp()
