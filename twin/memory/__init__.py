"""The memory of sessions: their messages, the lease to answer, the window shown to the model, and retention."""

from .annotations import Annotations, CitedSource, GroundingReport, UnsupportedText
from .brought import Brought, BroughtExchange
from .exchange import Exchange, GivenAnswer
from .export import Export, Instant, as_time
from .housekeeping import Housekeeping
from .memory import SESSION_WAIT_SECONDS, Conversation, Memory
from .session_ids import parse_session_id
from .store import KeptMessage, KeptSession

__all__ = [
    "SESSION_WAIT_SECONDS",
    "Annotations",
    "Brought",
    "BroughtExchange",
    "CitedSource",
    "Conversation",
    "Exchange",
    "Export",
    "GivenAnswer",
    "GroundingReport",
    "Housekeeping",
    "Instant",
    "KeptMessage",
    "KeptSession",
    "Memory",
    "UnsupportedText",
    "as_time",
    "parse_session_id",
]
