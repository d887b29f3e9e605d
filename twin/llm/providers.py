"""The models that the settings name: the first, and the one that answers while it is failing."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from ..settings import Settings, mask_password
from ..system.sidecar_process import Address
from .breaker import Breaker
from .embedded import NAME as EMBEDDED_NAME
from .embedded import EmbeddedModel

OPENAI_URL = "https://api.openai.com/v1"


@dataclass(eq=False)
class Provider:
    """One model, where it is, and whether it is well; `prefix` begins the names of the settings that say so."""

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
        """Where it is, for the owner to read."""
        return "the embedded model" if self.embedded else mask_password(self.base_url or OPENAI_URL)

    @property
    def label(self) -> str:
        """The same, after the setting that says so."""
        if self.embedded:
            return "The embedded model"
        return f"{self.prefix}_BASE_URL: {self.url}" if self.base_url else self.url

    @property
    def cap(self) -> str:
        """The output cap's name: compatible servers know the older one, OpenAI's newer models only the newer."""
        return "max_tokens" if self.base_url or self.embedded else "max_completion_tokens"

    def address(self, seconds: float) -> Address:
        """Return where to call; an embedded model that is starting is waited for, `seconds` at most."""
        if self.embedded:
            return self.embedded.address(seconds)
        key = self.api_key
        return Address(self.base_url or OPENAI_URL, key.get_secret_value() if key else "none")


def list_providers(settings: Settings, embedded: EmbeddedModel) -> list[Provider]:
    """Return the providers in the order in which they are to be asked."""
    if settings.uses_embedded_model:
        first = Provider("OPENAI", EMBEDDED_NAME, None, None, embedded)
    else:
        first = Provider("OPENAI", settings.openai_model, settings.openai_base_url, settings.openai_api_key)
    if settings.fallback_model is None:
        return [first]
    url, key = settings.fallback_base_url, settings.fallback_api_key
    if url is None:  # another server never gets the first one's key
        url, key = settings.openai_base_url, key or settings.openai_api_key
    return [first, Provider("FALLBACK", settings.fallback_model, url, key)]
