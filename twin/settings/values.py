"""The types of settings' values: how each is parsed, checked and written."""

from __future__ import annotations

import json
import os
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, Secret, SecretStr

from ..system import paths
from .addresses import check_base_url, check_database_url, check_redis_url, mask_password, parse_hosts, parse_origins

# Fields of the model's request that the service sets itself, each with its setting. All but `stream` decide what a call
# may cost.
RESERVED_FIELDS = {
    "model": "OPENAI_MODEL",
    "messages": None,
    "stream": None,
    "n": None,
    "max_tokens": "MAX_OUTPUT_TOKENS",
    "max_completion_tokens": "MAX_OUTPUT_TOKENS",
}
HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110, section 5.1
HEADER_VALUE = r"[!-~](?:[ -~]*[!-~])?"
RESERVED_HEADERS = {"host", "content-length", "content-type", "transfer-encoding", "connection", "accept-encoding"}
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar")  # of the page; the first is its default
MAX_PARAGRAPH = 1_000  # characters
MIN_TOKEN = 16  # characters
NOTICE_KINDS = ("asked", "unknown", "conversation", "budget", "model", "digest")
COMMENT = re.compile(r"\s#|^#\s")
COMMENTED = "a comment stands behind the value, where Docker and systemd take it for a part of it: give it its own line"


def parse_colour(value: object) -> str:
    """Return a colour of three or six hexadecimal digits as #rrggbb; raises ValueError for any other value."""
    match = re.fullmatch(r"#?([0-9a-f]{6}|[0-9a-f]{3})", str(value), re.IGNORECASE)
    if match is None:
        raise ValueError("it is not a colour such as #0a7 or #00aa77")
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def as_text(value: Any) -> str:
    """Return a setting's value as .env has it, with secrets masked."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:g}" if isinstance(value, float) else mask_password(str(value))


def _check_key(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[!-~]+", value):
        raise ValueError("it holds characters that no key has (copy it again)")
    return value


def _check_token(value: object) -> object:
    if isinstance(value, str) and len(value) < MIN_TOKEN:
        raise ValueError(f"it has fewer than {MIN_TOKEN} characters")
    return _check_key(value)


def _check_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:  # Python decodes such bytes of the environment as lone surrogates
        raise ValueError("it is not UTF-8") from None
    return value


def _check_name(value: str) -> str:
    if COMMENT.search(value):
        raise ValueError(COMMENTED)
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
    if reserved := sorted(RESERVED_FIELDS.keys() & value.keys()):
        instead = ", ".join(sorted({name for field in reserved if (name := RESERVED_FIELDS[field])}))
        raise ValueError(f"it may not hold {', '.join(reserved)}{f' (set {instead} instead)' if instead else ''}")
    return value


def _parse_headers(value: object) -> object:
    """Parse a JSON object of headers; raises ValueError for any other value, without a word of it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("it is not JSON") from None
    if not isinstance(value, dict) or not all(isinstance(text, str) for entry in value.items() for text in entry):
        raise ValueError('it is not a JSON object of texts such as {"X-Title": "My twin"}')
    for name, text in value.items():
        if not re.fullmatch(HEADER_NAME, name) or not re.fullmatch(HEADER_VALUE, text):
            raise ValueError("it holds what is no header")
        if name.lower() in RESERVED_HEADERS:
            raise ValueError(f"it may not hold {name}")
    return value


def _check_notify_urls(value: object) -> object:
    """Return URLs that apprise is given; raises ValueError for any other value, without a word of it."""
    if isinstance(value, str):
        pieces = re.split(r"[\s,]+(?=[\w+.-]+://)", value.strip())
        if not all(re.fullmatch(r"[\w+.-]+://[!-~]+,?", piece, re.ASCII) for piece in pieces):
            raise ValueError("it is not a list of URLs such as ntfy://my-topic, separated by spaces")
    return value


def _parse_kinds(value: object) -> object:
    """Return the kinds of notices in a comma-separated list; raises ValueError for one that is none."""
    if not isinstance(value, (str, list, tuple)):
        return value
    parts = value.split(",") if isinstance(value, str) else map(str, value)
    kinds = tuple(dict.fromkeys(part.strip().lower() for part in parts if part.strip()))
    if unknown := [kind for kind in kinds if kind not in NOTICE_KINDS]:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(NOTICE_KINDS)}")
    return kinds


def _check_portrait(value: str) -> str:
    if not re.fullmatch(r"[^/\\]+\.(png|jpe?g|webp|avif|gif)", value, re.IGNORECASE):
        raise ValueError("it is not the name of a PNG, JPEG, WebP, AVIF or GIF file")
    if not os.path.isfile(paths.INSTANCE / value):  # noqa: PTH113 - pathlib fails on a name that is too long
        raise ValueError("there is no such file in instance/")
    return value


def _parse_translations(value: object) -> object:
    """Return a text, or a JSON object of texts by language as a dict; raises ValueError for any other object."""
    if isinstance(value, str) and re.match(r'\{\s*"', value):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("it begins as a JSON object, and is none") from None
    if not isinstance(value, dict):
        return value
    if unknown := [str(tag) for tag in value if tag not in LANGUAGES]:
        raise ValueError(f"the page does not have {', '.join(unknown)}: it has {', '.join(LANGUAGES)}")
    if not value or not all(isinstance(text, str) and text.strip() for text in value.values()):
        raise ValueError('it is not a JSON object of texts such as {"en": "Hello!", "de": "Hallo!"}')
    return value


def _check_translations(value: str | dict[str, str]) -> str | dict[str, str]:
    for text in [value] if isinstance(value, str) else value.values():
        if len(_check_text(text)) > MAX_PARAGRAPH:
            raise ValueError(f"it has more than {MAX_PARAGRAPH} characters")
    return value


def _check_starters(value: str | dict[str, str]) -> str | dict[str, str]:
    if any(len(split_starters(text)) > 4 for text in ([value] if isinstance(value, str) else value.values())):
        raise ValueError("there are more than four")
    return value


def _check_link(value: str) -> str:
    if not re.fullmatch(r"(?:https?://[^\s/]|/(?!/))\S*", value):
        raise ValueError("it is not an address such as https://example.com/imprint or /imprint")
    return value


def _fold_word(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def split_starters(value: str) -> tuple[str, ...]:
    """Return the questions in a value of `STARTERS`."""
    return tuple(question.strip() for question in value.split("|") if question.strip())


Hosts = Annotated[tuple[str, ...], BeforeValidator(parse_hosts)]
RedisUrl = Annotated[str, BeforeValidator(check_redis_url)]
DatabaseUrl = Annotated[str, BeforeValidator(check_database_url)]
Price = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Origins = Annotated[tuple[str, ...], BeforeValidator(parse_origins)]
Password = Annotated[SecretStr, Field(min_length=12, max_length=1_000)]
ApiKey = Annotated[SecretStr, BeforeValidator(_check_key)]
Token = Annotated[SecretStr, BeforeValidator(_check_token)]
BaseUrl = Annotated[str, BeforeValidator(check_base_url)]
Utf8Text = Annotated[str, AfterValidator(_check_text)]
ModelName = Annotated[Utf8Text, AfterValidator(_check_name)]
ShortName = Annotated[str, Field(max_length=80), AfterValidator(_check_text), AfterValidator(_check_name)]
Paragraph = Annotated[str, Field(max_length=MAX_PARAGRAPH), AfterValidator(_check_text)]
NotifyKinds = Annotated[tuple[str, ...], BeforeValidator(_parse_kinds)]
NotifyUrls = Annotated[SecretStr, BeforeValidator(_check_notify_urls)]
Portrait = Annotated[Utf8Text, AfterValidator(_check_portrait)]
Claims = Annotated[Literal["mark", "off"], BeforeValidator(_fold_word)]
Doors = Annotated[Literal["keys", "open"], BeforeValidator(_fold_word)]
Grounding = Annotated[Literal["strict", "contacts", "off"], BeforeValidator(_fold_word)]
Colour = Annotated[str, BeforeValidator(parse_colour)]
Translations = Annotated[
    str | dict[str, str], BeforeValidator(_parse_translations), AfterValidator(_check_translations)
]
Starters = Annotated[Translations, AfterValidator(_check_starters)]
PageLanguage = Annotated[Literal["en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar"], BeforeValidator(_fold_word)]
Link = Annotated[Utf8Text, AfterValidator(_check_link), AfterValidator(_check_name)]
Headers = Annotated[Secret[dict[str, str]], BeforeValidator(_parse_headers)]
ExtraFields = Annotated[dict[str, Any], BeforeValidator(_parse_extra)]
