"""The model, as the rest of the house knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import Overloaded
from ..settings import Settings
from .answers import Answer
from .attempt import Reserve
from .call import Call
from .connections import Connections
from .embedded import EmbeddedModel
from .providers import list_providers
from .stream import AnswerStream

Messages = Sequence[Mapping[str, str]]


class Model:
    """The models that the settings name, or the embedded one; safe to call from many threads at once."""

    def __init__(self, settings: Settings, embedded: EmbeddedModel) -> None:
        self._settings = settings
        self._providers = list_providers(settings, embedded)
        self._connections = Connections()

    def answer(self, messages: Messages, hold: Reserve) -> Answer:
        """Return the model's answer to chat messages (`{"role", "content"}`), in `CHAT_DEADLINE` seconds at most.

        `hold` is called before each attempt, and holds the most that it may cost; it may wait for so many seconds, as
        long as the call is wanted.
        Raises ModelBusy, ModelMisconfigured, ModelFailed or ModelTimeout, InvalidRequest where the message is longer
        than the model's context, and what `hold` raises.
        """
        return self._call(messages, hold).run()

    def stream(self, messages: Messages, hold: Reserve) -> AnswerStream:
        """Return the same answer while the model writes it; a fault after its first words is not retried.

        ModelBusy and what `hold` raises are raised here where not even a first attempt can be made; Overloaded only
        where no thread can be started. Whoever has to wait for room does so in the stream.
        """
        call = self._call(messages, hold)
        try:
            return AnswerStream(call.run, call.deadline.cancel)
        except Overloaded:
            call.abandon()
            raise

    def close(self) -> None:
        """Close the connections that no call is using."""
        self._connections.close()

    def _call(self, messages: Messages, hold: Reserve) -> Call:
        return Call(self._settings, self._providers, self._connections, messages, hold)
