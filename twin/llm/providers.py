"""The providers in the settings: the first one, and the fallback for when the first fails."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from ..settings import Settings, mask_password
from ..system.address import Address
from .breaker import Breaker
from .embedded import EMBEDDED_NAME, EmbeddedModel

OPENAI_URL = "https://api.openai.com/v1"


@dataclass(eq=False)
class Provider:
    """A model, the address of its server, and a circuit breaker; `prefix` begins the names of its settings."""

    prefix: str
    model: str
    base_url: str | None
    api_key: SecretStr | None
    embedded: EmbeddedModel | None = None
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.label)

    @property
    def url(self) -> str:
        """The address, for the owner to read, without a password."""
        return "the embedded model" if self.embedded else mask_password(self.base_url or OPENAI_URL)

    @property
    def label(self) -> str:
        """The address, after the name of its setting."""
        if self.embedded:
            return "The embedded model"
        return f"{self.prefix}_BASE_URL: {self.url}" if self.base_url else self.url

    @property
    def cap(self) -> str:
        """The output cap's parameter: the older one for compatible servers, the newer one for OpenAI's newer models."""
        return "max_tokens" if self.base_url or self.embedded else "max_completion_tokens"

    def address(self, seconds: float) -> Address:
        """Return the address and key to call; wait up to `seconds` for an embedded model that is starting."""
        if self.embedded:
            return self.embedded.address(seconds)
        return make_address(self.base_url, self.api_key)


def list_providers(settings: Settings, embedded: EmbeddedModel) -> list[Provider]:
    """Return the providers in the settings, in the order of preference."""
    if settings.uses_embedded_model:
        first = Provider("OPENAI", EMBEDDED_NAME, None, None, embedded)
    else:
        first = Provider("OPENAI", settings.openai_model, settings.openai_base_url, settings.openai_api_key)
    if settings.fallback_model is None:
        return [first]
    url, key = inherit_server(settings, settings.fallback_base_url, settings.fallback_api_key)
    return [first, Provider("FALLBACK", settings.fallback_model, url, key)]


def inherit_server(settings: Settings, url: str | None, key: SecretStr | None) -> tuple[str | None, SecretStr | None]:
    """Return the URL and key of a further model: OpenAI's settings where it has no URL of its own."""
    if url is None:  # the key of one server is never sent to another
        return settings.openai_base_url, key or settings.openai_api_key
    return url, key


def make_address(url: str | None, key: SecretStr | None) -> Address:
    """Return the address of a server; OpenAI's where no URL is given."""
    return Address(url or OPENAI_URL, key.get_secret_value() if key else "none")
