"""The owner's presence in a conversation: joining it, speaking in it, and handing it back to the twin."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection, exists, update

from ..errors import NotFound
from ..memory import Memory
from ..memory.holds import hold, release
from ..stores.desk_tables import conversations, owner_questions
from .dossier import find_session

SLACK_SECONDS = 10.0  # that an answer in flight may take beyond its deadline

row, asked = conversations.c, owner_questions.c


class Presence:
    """What the owner does in conversations that visitors see; every method raises StoreUnavailable."""

    def __init__(self, memory: Memory, chat_seconds: float) -> None:
        self._memory = memory
        self._database = memory.database
        self._patience = chat_seconds + SLACK_SECONDS

    def join(self, number: int, sign_in: int) -> bool:
        """Hold a conversation, where the twin is silent from the next message on; return False for no such number."""
        return self._database.run(partial(hold, number=number, sign_in=sign_in, now=self._database.now))

    def hand_back(self, number: int) -> bool:
        """End the hold on a conversation; return False where there is none of this number."""
        return self._database.run(partial(release, number=number))

    def say(self, number: int, text: str, sign_in: int) -> bool:
        """Hold a conversation and say something there in person, once the answer in flight is finished.

        It needs the owner no more then, unless a question waits. Returns False where there is no such conversation;
        raises SessionBusy where that answer does not end, and NotFound where the visitor deletes it meanwhile.
        """
        session = self._database.run(partial(find_session, number=number))
        if session is None or not self.join(number, sign_in):
            return False

        def prolong(connection: Connection, _now: float) -> None:
            if not hold(connection, number, sign_in, self._database.now):
                raise NotFound  # or the owner's words would begin it anew
            waits = exists().where(asked.conversation == number, asked.answered_at.is_(None))
            settle = update(conversations).where(row.number == number, ~waits)
            connection.execute(settle.values(needs_owner_since=None))

        self._memory.speak(session, text, self._patience, also=prolong)
        return True
