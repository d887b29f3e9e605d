"""Every setting: name, type, default, unit and meaning; nothing else reads one."""

from __future__ import annotations

import json
import os
import re
import runpy
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Any

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from .errors import StartError

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER_KEY = "your_openai_api_key_here"
EMBEDDED_CONTEXT = 2_048  # tokens; more would take too long to read on a small machine
HOST = r"(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[1-9]\d{0,4}))?"
RESERVED_FIELDS = {"messages", "stream", "n"}  # of the model's request: the service's own to set


def parse_origins(value: object) -> object:
    """Return the origins of a comma-separated list as browsers send them: no spaces, no trailing slash."""
    if not isinstance(value, (str, list, tuple)):
        return value
    parts = value.split(",") if isinstance(value, str) else [str(part) for part in value]
    origins = [part.strip().rstrip("/").lower() for part in parts if part.strip()]
    return tuple(origin if origin == "*" else _checked_origin(origin) for origin in origins)


def _checked_origin(origin: str) -> str:
    match = re.fullmatch(rf"(https?)://{HOST}", origin, re.ASCII)
    if match is None or not _is_host(match):
        raise ValueError(f"{origin!r} is not an origin such as https://example.com or http://localhost:3000")
    default_port = {"http": "80", "https": "443"}[match[1]]
    return origin.removesuffix(f":{default_port}")


def _is_host(match: re.Match[str]) -> bool:
    """Whether what matched HOST can be: labels of 1 to 63 characters or an address, and a port up to 65535."""
    host = match["host"]
    try:
        if host.startswith("["):
            IPv6Address(host[1:-1])
        elif host.rpartition(".")[2].isdigit():
            IPv4Address(host)
        host.encode("idna")
    except ValueError:
        return False
    return int(match["port"] or 1) <= 65_535


def _check_key(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[!-~]+", value):
        raise ValueError("it holds characters that no key has (copy it again)")
    return value


def _check_base_url(value: object) -> object:
    pattern = rf"(?=[!-~]+\Z)https?://(?:[^/?#@]+@)?{HOST}(?:/[^?#]*)?"
    match = re.fullmatch(pattern, str(value), re.ASCII | re.IGNORECASE)
    if match is None or not _is_host(match):
        raise ValueError("it is not a URL such as http://localhost:11434/v1")
    return value


def _check_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:  # how Python shows bytes of the environment that are no text
        raise ValueError("it is not UTF-8") from None
    return value


def _parse_extra(value: object) -> object:
    if isinstance(value, str):
        try:
            value = json.loads(value)
            json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise ValueError("it is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    if reserved := RESERVED_FIELDS & value.keys():
        raise ValueError(f"it may not hold {', '.join(sorted(reserved))}")
    return value


Origins = Annotated[tuple[str, ...], BeforeValidator(parse_origins)]
ApiKey = Annotated[SecretStr, BeforeValidator(_check_key)]
BaseUrl = Annotated[str, BeforeValidator(_check_base_url)]
Text = Annotated[str, AfterValidator(_check_text)]
ExtraFields = Annotated[dict[str, Any], BeforeValidator(_parse_extra)]


class Settings(BaseModel):
    """The settings of one process; a field's environment variable is its name in capitals."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    # fmt: off
    openai_api_key: ApiKey | None = Field(None, description="key of the model's provider; a secret")
    openai_base_url: BaseUrl | None = Field(None, description="URL of an OpenAI-compatible server, usually ending in /v1; unset: OpenAI's own")
    openai_model: Text = Field("gpt-4o-mini", description="name of the model")
    openai_temperature: float | None = Field(None, ge=0, le=2, allow_inf_nan=False, description="sampling temperature, 0 to 2; unset: not sent")
    openai_extra: ExtraFields = Field({}, description='further fields of each request to the model, a JSON object such as {"reasoning_effort": "low"}')
    max_output_tokens: int = Field(2_000, ge=1, le=1_000_000, description="tokens that one answer may have, 1 to 1000000; reasoning counts")
    model_context: int | None = Field(None, ge=256, le=10_000_000, description="tokens (estimated) that persona, knowledge and history may take together, from 256; unset: 128000, with the embedded model 2048")
    chat_deadline: float = Field(60, gt=0, le=3_600, allow_inf_nan=False, description="seconds that one chat may take in all, retries included; above 0, at most 3600")
    fallback: Text = Field("I would rather not answer that. Is there something else you would like to know?", description="the answer given where the model declines to answer")
    embedded_model: bool | None = Field(None, description="on or off: whether the embedded model may answer where neither key nor base URL is set; unset: on under `flask run`, off under gunicorn")
    cors_origins: Origins = Field(("http://localhost:3000",), description="origins whose pages may call the service, separated by commas; * is all of them, without credentials")
    port: int = Field(8_000, ge=1, le=65_535, description="port that gunicorn listens on, 1 to 65535; where it is set, on all addresses, where it is not, on loopback only")
    web_concurrency: int = Field(1, ge=1, le=1_000, description="number of gunicorn's worker processes, from 1")
    # fmt: on

    @property
    def uses_embedded_model(self) -> bool:
        """Whether no other model is named, so that the embedded one has to answer."""
        return self.openai_api_key is None and self.openai_base_url is None

    @property
    def context_tokens(self) -> int:
        """`MODEL_CONTEXT`, or what holds where it is unset, in tokens."""
        return self.model_context or (EMBEDDED_CONTEXT if self.uses_embedded_model else 128_000)


def load_settings(overrides: Mapping[str, Any] | None = None, root: Path = ROOT) -> Settings:
    """Return the settings; later wins: defaults, instance/config.py, .env, the environment, `overrides`.

    Raises StartError, in one line that names the setting or file, where one is wrong.
    """
    values: dict[str, Any] = {}
    for layer in _layers(root, overrides or {}):
        for field in Settings.model_fields:
            value = layer.get(field.upper())
            value = value.strip() if isinstance(value, str) else value
            if value not in (None, "", PLACEHOLDER_KEY):
                values[field] = value
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = str(first["loc"][0])
        problem = first["msg"].removeprefix("Value error, ")
        meaning = Settings.model_fields[field].description
        raise StartError(f"{field.upper()}: {problem}. It is the {meaning}.") from None


def _layers(root: Path, overrides: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    instance_config = root / "instance" / "config.py"
    try:
        yield runpy.run_path(str(instance_config)) if instance_config.exists() else {}
    except Exception as error:  # noqa: BLE001 - the owner's own code may raise anything
        raise StartError(f"{instance_config}: {type(error).__name__}: {error}") from None
    try:
        yield dotenv_values(root / ".env", encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{root / '.env'}: {error}") from None
    yield os.environ
    yield overrides
