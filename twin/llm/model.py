"""The language model that answers chats: the entrance to this package."""

from __future__ import annotations

from ..errors import Overloaded
from ..settings import Settings
from ..telemetry.metrics import Metrics
from .answers import Answer
from .attempt import Reserve
from .call import Call
from .connections import Connections
from .embedded import EmbeddedModel
from .messages import ChatMessages
from .providers import list_providers
from .stream import AnswerStream


class Model:
    """The models in the settings, or the embedded one; safe to call from many threads at once."""

    def __init__(self, settings: Settings, embedded: EmbeddedModel, metrics: Metrics | None = None) -> None:
        self._settings = settings
        self._providers = list_providers(settings, embedded, metrics)
        self._connections = Connections()

    def answer(self, messages: ChatMessages, reserve: Reserve) -> Answer:
        """Return the model's answer to chat messages (`{"role", "content"}`), in at most `CHAT_DEADLINE` seconds.

        `reserve` (as Budget.hold) is called before each attempt, and reserves the most that the attempt can cost.
        Raises ModelBusy, ModelMisconfigured, ModelFailed or ModelTimeout, InvalidRequest where the message is longer
        than the model's context, and the errors of `reserve`.
        """
        return self._call(messages, reserve).run()

    def stream(self, messages: ChatMessages, reserve: Reserve) -> AnswerStream:
        """Return the same answer as a stream; a fault after the first words is not retried.

        Raises at once ModelBusy and the errors of `reserve` where not even a first attempt can be made, and Overloaded
        where no thread can be started. Waiting for room in the budget happens in the stream.
        """
        call = self._call(messages, reserve)
        try:
            return AnswerStream(call.run, call.deadline.cancel)
        except Overloaded:
            call.abandon()
            raise

    def close(self) -> None:
        """Close the idle connections, as tests do; the service keeps them to its end."""
        self._connections.close()

    def _call(self, messages: ChatMessages, reserve: Reserve) -> Call:
        return Call(self._settings, self._providers, self._connections, messages, reserve)
