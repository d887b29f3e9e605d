"""One turn of a conversation, from the message to the reply; every door begins one here."""

from .admission import TURN_FAULTS, begin
from .events import Delta, Event, Reply, Silence, Started
from .turn import Turn

__all__ = ["TURN_FAULTS", "Delta", "Event", "Reply", "Silence", "Started", "Turn", "begin"]
