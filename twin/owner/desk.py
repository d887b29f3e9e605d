"""The desk: what its owner can do in one deployment."""

from __future__ import annotations

from ..memory import Memory
from ..settings import Settings
from .accounts import Accounts
from .inbox import Inbox
from .presence import Presence


class Desk:
    """The owner's desk of one process."""

    def __init__(self, settings: Settings, memory: Memory) -> None:
        """Connect to nothing yet."""
        password = settings.desk_password
        self.accounts = Accounts(password.get_secret_value() if password else None, memory.database)
        self.inbox = Inbox(memory)
        self.presence = Presence(memory, settings.chat_deadline)
