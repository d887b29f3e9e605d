"""Every setting: name, type, default, unit and meaning."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from .values import (
    ApiKey,
    BaseUrl,
    Claims,
    Colour,
    DatabaseUrl,
    Doors,
    ExtraFields,
    Grounding,
    Headers,
    Hosts,
    Link,
    ModelName,
    NotifyKinds,
    NotifyUrls,
    Origins,
    PageLanguage,
    Paragraph,
    Password,
    Portrait,
    Price,
    RedisUrl,
    ShortName,
    Starters,
    Token,
    Translations,
    Utf8Text,
)

EMBEDDED_CONTEXT = 2_048  # tokens; more would take too long to read on a small machine
PROVIDER_CONTEXT = 128_000  # tokens


class Settings(BaseModel):
    """The settings of one process; a field's environment variable is its name in capitals."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    # fmt: off
    openai_api_key: ApiKey | None = Field(None, description="key of the model's provider; a secret")
    openai_base_url: BaseUrl | None = Field(None, description="URL of an OpenAI-compatible server, usually ending in /v1; with an `api-version` in its query: Azure's form; unset: OpenAI's own")
    openai_model: ModelName = Field("gpt-4o-mini", description="name of the model")
    openai_temperature: float | None = Field(None, ge=0, le=2, allow_inf_nan=False, description="sampling temperature, 0 to 2; unset: not sent")
    openai_extra: ExtraFields = Field({}, description='further fields of each request to the model, a JSON object such as {"reasoning_effort": "low"}; null leaves a field out')
    openai_headers: Headers | None = Field(None, description='further headers of each request to OPENAI_BASE_URL, a JSON object such as {"X-Title": "My twin"}; a secret')
    max_output_tokens: int = Field(2_000, ge=1, le=1_000_000, description="tokens that one answer may have, 1 to 1000000; reasoning counts")
    model_context: int | None = Field(None, ge=256, le=10_000_000, description="tokens (estimated) that persona, knowledge and history may take together, from 256; unset: 128000, with the embedded model 2048")
    chat_deadline: float = Field(60, gt=0, le=3_600, allow_inf_nan=False, description="seconds that one chat may take in all, retries included; above 0, at most 3600")
    fallback_model: ModelName | None = Field(None, description="name of the model that answers while the first is failing; unset: none does")
    fallback_base_url: BaseUrl | None = Field(None, description="URL of the server that has FALLBACK_MODEL; unset: the first model's server, with its key")
    fallback_api_key: ApiKey | None = Field(None, description="key for FALLBACK_MODEL; a secret; unset: OPENAI_API_KEY, unless FALLBACK_BASE_URL is set")
    fallback: Utf8Text = Field("I would rather not answer that. Is there something else you would like to know?", description="the answer given where the model declines to answer")
    embedded_model: bool | None = Field(None, description="on or off: whether the embedded model may answer where neither key nor base URL is set; unset: on under `flask run`, off under gunicorn")
    rate_limits: bool = Field(True, description="on or off: whether a visitor's address may ask only so often")
    rate_per_minute: int = Field(20, ge=1, le=100_000, description="chats that one address (IPv6: one /64 network) may start in any minute, from 1")
    rate_per_day: int = Field(300, ge=1, le=100_000, description="chats that one address may start in any 24 hours, from 1")
    redis_url: RedisUrl | None = Field(None, description="URL of a Redis in which all processes count together how often an address asks; unset: each counts for itself")
    trusted_proxies: int = Field(0, ge=0, le=10, description="number of proxies in front of the service, each of which adds to X-Forwarded-For, 0 to 10; one too many lets visitors forge their address")
    daily_tokens: int = Field(1_000_000, ge=0, le=10**15, description="tokens, read and written, that a UTC day may cost; 0: no cap")
    usd_per_million_input: Price | None = Field(None, description="what a million tokens that the model reads cost, in USD; of two models, the higher price")
    usd_per_million_output: Price | None = Field(None, description="what a million tokens that the model writes cost, in USD; of two models, the higher price")
    daily_usd: float | None = Field(None, gt=0, le=1_000_000, allow_inf_nan=False, description="US dollars that a UTC day may cost; needs both prices; unset: no cap")
    database_url: DatabaseUrl | None = Field(None, description="URL of a PostgreSQL, or of another SQLite file, that holds what the days cost and what is remembered; unset: SQLite files in instance/")
    memory: bool = Field(False, description="on or off: whether the twin remembers each session's conversation, so that visitors can ask back, reload, and come back tomorrow")
    memory_tokens: int = Field(8_000, ge=100, le=10_000_000, description="tokens (estimated) of a session's conversation, the new message included, that the model is shown, from 100; never more than half of what persona and knowledge leave of MODEL_CONTEXT")
    memory_summary: bool = Field(False, description="on or off: whether the model also makes a summary of what is no longer shown to it, which costs a call now and then")
    retention_days: int = Field(90, ge=0, le=36_500, description="days for which a session is kept after its last message, and a question of GAPS after it was last asked; 0 keeps all for ever")
    gaps: bool = Field(False, description="on or off: whether questions that the twin did not know, and sentences with what nobody gave the model, are recorded, without who asked, for `flask twin gaps`; needs MEMORY=on")
    desk_password: Password | None = Field(None, description="password, 12 characters or more, of your desk at /desk, where you read what was asked; a secret; needs MEMORY=on; unset: `flask twin desk` prints links that let you in")
    notify_urls: NotifyUrls | None = Field(None, description="URLs of the channels by which the twin tells you what happens, as apprise has them, separated by spaces: ntfy, Pushover, Telegram, e-mail and a hundred more; a secret")
    notify_on: NotifyKinds = Field(("asked", "budget", "model", "digest"), description="what you are told of, separated by commas: asked (a visitor asks you), unknown (the twin does not know), conversation (one begins), budget (the day's is spent), model (it does not answer), digest (once a day)")
    notify_words: bool = Field(False, description="on or off: whether notices hold visitors' words, which the channels' servers then read too; off: counts alone")
    notify_digest: int = Field(8, ge=0, le=23, description="hour of the digest, 0 to 23, in the zone of TZ")
    knowledge_tokens: int = Field(12_000, ge=0, le=10_000_000, description="tokens (estimated) of the documents in instance/knowledge/ that the model is sent with each question; never more than half of what the persona leaves of MODEL_CONTEXT")
    embedding_model: ModelName | None = Field(None, description="name of the model that makes vectors of documents and questions, by which documents are found; unset: the embedded one, if it is installed")
    embedding_base_url: BaseUrl | None = Field(None, description="URL of the OpenAI-compatible server that has EMBEDDING_MODEL; unset: the model's server, with its key")
    embedding_api_key: ApiKey | None = Field(None, description="key for EMBEDDING_MODEL; a secret; unset: OPENAI_API_KEY, unless EMBEDDING_BASE_URL is set")
    rules: bool | None = Field(None, description="on or off: whether the model is also sent twin/prompt/rules.txt, against inventing and promising, and the date; unset: on where there is knowledge")
    grounding: Grounding | None = Field(None, description="check of answers: strict: links, e-mail addresses and phone numbers in answers must be yours or the visitor's; contacts: links to hosts that you never mention may pass; off: nothing is checked; unset: strict where there is knowledge, else off")
    claims: Claims | None = Field(None, description="mark or off: whether names, numbers and dates in answers that stand in nothing that the model was given are marked; unset: mark where there is knowledge, else off")
    contact: Paragraph | None = Field(None, description="sentence that tells visitors how to reach you, given where they get no answer: the model is down, the budget is spent, they ask too often")
    max_in_flight: int = Field(2_000, ge=1, le=100_000, description="chats that one process answers at once, summaries included, from 1; more are refused")
    doors: Doors = Field("keys", description="keys or open: who may call /v1 and /mcp: programs with a key (`flask twin keys`), and where there is no key, nobody; or everybody, a caller without a key under the limits of its address")
    allowed_hosts: Hosts = Field((), description="hosts, separated by commas, under which the service may be called; .example.com is that domain and all below it; unset: any")
    cors_origins: Origins = Field(("http://localhost:3000",), description="origins whose pages may call the service, separated by commas; * is all of them, without credentials")
    owner_name: ShortName | None = Field(None, description="owner's name, as the page shows it, up to 80 characters")
    portrait: Portrait | None = Field(None, description="name of an image in instance/, PNG, JPEG, WebP, AVIF or GIF, that the page shows")
    accent: Colour = Field("#1f6f5c", description="colour of the page's buttons and links, as #0a7 or #00aa77")
    page_language: PageLanguage | None = Field(None, description="language of the page: en, de, fr, es, it, pt, nl, pl or ar; unset: the first of these that the visitor's browser asks for")
    greeting: Translations | None = Field(None, description='text that the page shows before the first question, up to 1000 characters; or a JSON object of one for each language, such as {"en": "Hello!", "de": "Hallo!"}; unset: a sentence with your name')
    starters: Starters | None = Field(None, description="questions that the page offers, up to four, separated by |; or a JSON object of these for each language; unset: who you are, and what you work on")
    imprint_url: Link | None = Field(None, description="address of your legal notice (imprint), which the page links to")
    privacy_url: Link | None = Field(None, description="address of your privacy policy, which the page links to")
    port: int = Field(8_000, ge=1, le=65_535, description="port that gunicorn listens on, 1 to 65535; where it is set, on all addresses, where it is not, on loopback only")
    web_concurrency: int = Field(1, ge=1, le=1_000, description="number of gunicorn's worker processes, from 1; gunicorn reads it too, so it takes no quotes, nor a comment behind it")
    metrics_token: Token | None = Field(None, description="token, 16 characters or more, with which Prometheus may read /metrics; a secret; unset: /metrics is not there")
    metrics_port: int | None = Field(None, ge=1, le=65_535, description="another port, 1 to 65535, on which /metrics, and nothing else, is there for this machine alone, without a token; unset: none")
    # fmt: on

    @field_validator("daily_usd")
    @classmethod
    def _need_prices(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and None in (
            info.data.get("usd_per_million_input"),
            info.data.get("usd_per_million_output"),
        ):
            raise ValueError("it needs USD_PER_MILLION_INPUT and USD_PER_MILLION_OUTPUT, which are not set")
        return value

    @field_validator("metrics_port")
    @classmethod
    def _need_another_port(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value == info.data.get("port"):
            raise ValueError("PORT has the same, where all the world may ask")
        return value

    @field_validator("gaps", "desk_password")
    @classmethod
    def _need_memory(cls, value: object, info: ValidationInfo) -> object:
        if value and not info.data.get("memory"):
            raise ValueError("it needs MEMORY=on")
        return value

    @property
    def uses_embedded_model(self) -> bool:
        """Whether no other model is named, so that the embedded model answers."""
        return self.openai_api_key is None and self.openai_base_url is None

    @property
    def without_memory(self) -> Settings:
        """A copy for questions that leave no trace: `MEMORY` and all that needs it are off."""
        return self.model_copy(update={"memory": False, "memory_summary": False, "gaps": False, "desk_password": None})

    @property
    def context_tokens(self) -> int:
        """`MODEL_CONTEXT`, or the default for the model, in tokens."""
        return self.model_context or (EMBEDDED_CONTEXT if self.uses_embedded_model else PROVIDER_CONTEXT)
