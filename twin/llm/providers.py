"""The providers in the settings: the first one, and the fallback for when the first fails."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from ..settings import Settings, mask_password
from ..system.address import Address
from ..telemetry.metrics import Metrics
from .breaker import Breaker
from .dialects import NEWER_CAP, OLDER_CAP, Dialect
from .embedded import EMBEDDED_NAME, EmbeddedModel

FORGET = 20  # answers; a visitor can make any model write the mark that ends thinking
OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Server:
    """A server of models in the settings: its URL (None: OpenAI's), the key for it, and further headers."""

    base_url: str | None = None
    api_key: SecretStr | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> Address:
        """The address to call."""
        return Address(
            self.base_url or OPENAI_URL, self.api_key.get_secret_value() if self.api_key else "none", self.headers
        )


@dataclass(eq=False)
class Provider:
    """A model, its server, and a circuit breaker; `prefix` begins the names of its settings.

    Its answers teach the dialect that it takes, and whether they begin with thinking that no mark begins; both are
    remembered for the process.
    """

    prefix: str
    model: str
    server: Server
    embedded: EmbeddedModel | None = None
    metrics: Metrics = field(default_factory=Metrics)
    breaker: Breaker = field(init=False)
    dialect: Dialect = field(init=False)
    _expects_thinking: int = field(init=False, default=0)  # in so many further answers

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.label, note=self._note_breaker)
        # Compatible servers know the older name, and OpenAI's newer models the newer one alone.
        self.dialect = Dialect(OLDER_CAP if self.server.base_url or self.embedded else NEWER_CAP)

    @property
    def url(self) -> str:
        """The address, for the owner to read, without a password or a query."""
        url = self.server.base_url or OPENAI_URL
        return "the embedded model" if self.embedded else mask_password(url.partition("?")[0])

    @property
    def label(self) -> str:
        """The address, after the name of its setting."""
        if self.embedded:
            return "The embedded model"
        return f"{self.prefix}_BASE_URL: {self.url}" if self.server.base_url else self.url

    def record_response(self, status: int | None, *, is_wanted: bool = True) -> None:
        """Count a request to it, with the status of the response, if one came."""
        self.metrics.record_response(self._role, status, is_wanted=is_wanted)

    @property
    def begins_with_thinking(self) -> bool:
        """Whether answers may begin with thinking that no mark begins, but one ends."""
        return self._expects_thinking > 0

    def learn(self, dialect: Dialect, *, begins_with_thinking: bool) -> None:
        """Remember what an answer came with; after FORGET answers without unmarked thinking, expect none any more."""
        self.dialect = dialect
        self._expects_thinking = FORGET if begins_with_thinking else max(0, self._expects_thinking - 1)

    def address(self, seconds: float) -> Address:
        """Return the address and key to call; wait up to `seconds` for an embedded model that is starting."""
        if self.embedded:
            return self.embedded.address(seconds)
        return self.server.address

    @property
    def _role(self) -> str:
        return "first" if self.prefix == "OPENAI" else "fallback"

    def _note_breaker(self, is_open: bool) -> None:
        self.metrics.note_breaker(self._role, is_open=is_open)


def list_providers(settings: Settings, embedded: EmbeddedModel, metrics: Metrics | None = None) -> list[Provider]:
    """Return the providers in the settings, in the order of preference."""
    metrics = metrics or Metrics()
    if settings.uses_embedded_model:
        first = Provider("OPENAI", EMBEDDED_NAME, Server(), embedded, metrics)
    else:
        first = Provider("OPENAI", settings.openai_model, find_server(settings, None, None), metrics=metrics)
    if settings.fallback_model is None:
        return [first]
    server = find_server(settings, settings.fallback_base_url, settings.fallback_api_key)
    return [first, Provider("FALLBACK", settings.fallback_model, server, metrics=metrics)]


def find_server(settings: Settings, url: str | None, key: SecretStr | None) -> Server:
    """Return the server of a model with these settings: OpenAI's settings where it has no URL of its own."""
    if url is not None:  # the key and the headers of one server are never sent to another
        return Server(url, key)
    headers = tuple(settings.openai_headers.get_secret_value().items()) if settings.openai_headers else ()
    return Server(settings.openai_base_url, key or settings.openai_api_key, headers)
