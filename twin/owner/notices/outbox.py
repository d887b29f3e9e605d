"""The outbox: what is still to be told of each kind, and how each channel fared, in tables that all processes share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from ...stores import Database
from ...stores.desk_tables import notice_channels, notices
from .channels import Delivery


@dataclass(frozen=True)
class ChannelState:
    """The last delivery and failure of a channel, in seconds since 1970; `fault` is that of the failure."""

    channel: str
    name: str
    delivered_at: float | None
    failed_at: float | None
    fault: str | None

    @property
    def is_dead(self) -> bool:
        """Whether the channel did not take the last notice."""
        return self.failed_at is not None and self.failed_at >= (self.delivered_at or 0)


def add_pending(database: Database, kind: str, number: int) -> None:
    """Count `number` more events of a kind; raises StoreUnavailable."""
    row = database.insert(notices).values(kind=kind, sent_at=0.0, pending=number)
    change = row.on_conflict_do_update(index_elements=["kind"], set_={"pending": notices.c.pending + number})
    database.run(lambda connection: connection.execute(change))


def claim_pending(database: Database, kind: str, before: float) -> int:
    """Return how many events are to be told, as told now; 0 where a notice was sent since `before`, or none is due.

    Of many processes one gets them. Raises StoreUnavailable.
    """

    def claim(connection: Connection) -> int:
        row = notices.c
        due = select(row.pending).where(row.kind == kind, row.pending > 0, row.sent_at <= before).with_for_update()
        found = connection.scalar(due)
        if found:
            change = update(notices).where(row.kind == kind)
            connection.execute(change.values(pending=0, sent_at=database.now))
        return found or 0

    return database.transact(claim)


def claim_digest(database: Database, kind: str, due_at: float) -> float | None:
    """Return since when the next digest counts, as sent now; None where one was sent since `due_at`, or is the first.

    Of many processes one gets it. Raises StoreUnavailable.
    """

    def claim(connection: Connection) -> float | None:
        row = notices.c
        begin = database.insert(notices).values(kind=kind, sent_at=database.now, pending=0)
        connection.execute(begin.on_conflict_do_nothing())
        due = select(row.sent_at).where(row.kind == kind, row.sent_at < due_at).with_for_update()
        since = connection.scalar(due)
        if since is not None:
            connection.execute(update(notices).where(row.kind == kind).values(sent_at=database.now))
        return since

    return database.transact(claim)


def record_deliveries(database: Database, deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Keep how each channel fared, and return those that failed and did not fail likewise the last time.

    Raises StoreUnavailable.
    """

    def record(connection: Connection) -> list[Delivery]:
        before = {state.channel: state for state in _fetch(connection)}
        for each in deliveries:
            values: dict[str, Any] = {"name": each.channel.name, "fault": each.fault}
            values["failed_at" if each.fault else "delivered_at"] = database.now
            row = database.insert(notice_channels).values(channel=each.channel.key, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["channel"], set_=values))
        return [each for each in deliveries if each.fault and _is_news(each, before.get(each.channel.key))]

    deliveries = list(deliveries)
    return database.transact(record)


def fetch_channels(database: Database) -> list[ChannelState]:
    """Return the state of each channel that was ever used; raises StoreUnavailable."""
    return database.run(_fetch)


def _fetch(connection: Connection) -> list[ChannelState]:
    query = select(*notice_channels.c).order_by(notice_channels.c.name, notice_channels.c.channel)
    return [ChannelState(*row) for row in connection.execute(query)]


def _is_news(failed: Delivery, before: ChannelState | None) -> bool:
    return before is None or not before.is_dead or before.fault != failed.fault
