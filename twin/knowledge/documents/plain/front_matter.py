"""Front matter: fields about a text at its start, in YAML, TOML or JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..extraction import Fields

KINDS_WITH_FRONT_MATTER = (".md", ".markdown", ".mdx", ".txt")
MAX_TITLE = 200  # characters
MAX_FRONT_MATTER = 20_000  # characters; what is longer is none that is understood
HEAD_LINES, MAX_HEAD, MAX_LINE = 12, 2_000, 200  # lines and characters in which something like it is looked for
MAX_VALUE, MAX_LIST, MAX_LEVELS = 1000, 100, 5  # of what is shown of a field
# A block that is not closed ends at the first empty line: a document that is marked as private stays so.
YAML_BLOCK = re.compile(
    r"\s*-{3,}[ \t]*\n(?:(.*?)\n?^(?:-{3,}|\.{3,})[ \t]*(?:\n|\Z)|(.*?)(?:\n[ \t]*\n|\Z))", re.S | re.M
)
TOML_BLOCK = re.compile(r"\s*\+{3,}[ \t]*\n(?:(.*?)\n?^\+{3,}[ \t]*(?:\n|\Z)|(.*?)(?:\n[ \t]*\n|\Z))", re.S | re.M)
JSON_BLOCK = re.compile(r"\s*;{3,}[ \t]*\n(?:(.*?)\n?^;{3,}[ \t]*(?:\n|\Z)|(.*?)(?:\n[ \t]*\n|\Z))", re.S | re.M)
JSON_START = re.compile(r"\s*\{\s*\"")
TOP_LINE = re.compile(r"^[\"']?(\w++)[\"']?[ \t]*+:[ \t]++([^\n]*+)", re.M)
# Of Org (#+key: value, :key: value), reStructuredText (:key: value) and Nikola (.. key: value).
SETTING = re.compile(r"^(?:#\+|:|\.\.[ \t]++)(\w++):[ \t]++([^\n]*+)", re.M)
LINE = re.compile(r"\W*([^\W\d][\w -]*?)[\"'*_]*\s*(?:::?|=)\s*(.*?)\s*,?")  # a field in any notation
PRIVATE_KEYS = {"private", "privat", "privato", "privata", "privado", "privada", "privé", "prive", "prywatne"}
NO_WORDS = """no false off n 0 none nil never nein non não nao nei nej nee nie ne нет не ні いいえ 否 不
아니요 아니오 hayır hayir ei nem όχι لا לא नहीं tidak không khong"""
YES_WORDS = """yes true on y 1 ja jo oui sí si sì sim da tak evet はい 是 예 네 igen kyllä ano áno да так ναι نعم כן
ya có"""
NO, YES = frozenset(NO_WORDS.split()), frozenset(YES_WORDS.split())
CONTROLS = {*PRIVATE_KEYS, "cite", "pin", "draft", "layout", "cssclass", "cssclasses", "publish"}
SHORT_VALUE = re.compile(r"[^\W\d][^\d@]{0,40}|1")  # “Private: +44 …” is a phone number
# To be skipped, it has to be YAML that no text between two rules can be taken for. Quantifiers are possessive, so that
# it takes linear time.
FRONT_MATTER = re.compile(
    r"-{3,}[ \t]*\n(?:(?:[\"']?\w[\w .-]*+[\"']?[ \t]*+:(?:[ \t][^\n]*)?|-[ \t][^\n]*|[ \t]++[^\s][^\n]*)\n)++"
    r"(?:-{3,}|\.{3,})[ \t]*(?:\n|\Z)"
)


def read_front_matter(text: str) -> tuple[Fields, str]:
    """Return the fields of a text's front matter, and the text with that in one form: lines of `key: value`."""
    values, body, fault = _split(text)
    if values is None:
        return read_head(text), text
    fields = read_values(values, fault)
    shown = [f"{key}: {value}" for key, value in _flatten(values) if value and key.casefold() not in CONTROLS]
    head = "\n".join(["---", *shown, "---", "", ""]) if shown and not fault else ""
    return fields, head + (body if fault else body.lstrip("\n"))


def read_values(values: dict[str, Any], fault: str = "") -> Fields:
    """Return the fields among named values; `fault` says what is wrong with these."""
    known = {key.strip().casefold(): value for key, value in values.items()}
    is_private = not all(_is_no(value) for key, value in known.items() if key in PRIVATE_KEYS)
    is_private |= any(_squeeze(known.get(key, "")).casefold() in PRIVATE_KEYS for key in ("visibility", "status"))
    if fault:
        fault += "; it is taken as private" if is_private else ""
    return Fields(
        _squeeze(known["title"])[:MAX_TITLE] if "title" in known else None,
        is_private=is_private,
        is_citable=not _is_no(known.get("cite", "yes")),
        is_pinned=_squeeze(known.get("pin", "")).casefold() in YES,
        is_draft=not _is_no(known.get("draft", "no")) or _squeeze(known.get("published", "yes")).casefold() in NO,
        fault=fault,
    )


def read_head(text: str) -> Fields:
    """Return the fields of a text without front matter, which may still say at its start that it is private."""
    for key, value in _read_lines(text[:MAX_HEAD].split("\n")[:HEAD_LINES]):
        if key in PRIVATE_KEYS and not _is_no(value) and SHORT_VALUE.fullmatch(value):
            fault = f"it begins with “{key}: {value}”, but not in front matter; it is taken as private"
            return Fields(is_private=True, fault=fault)
    return Fields()


def read_yaml_fields(text: str) -> Fields:
    """Return whether data in YAML says, in any of the lines that belong to nothing, that it is private or a draft."""
    values = {found[1]: re.sub(r"\s#.*", "", found[2]).strip(" \t\"'") for found in TOP_LINE.finditer(text)}
    return join_fields(read_head(text), read_values(values))


def read_settings(text: str) -> Fields:
    """Return whether a text in Org or reStructuredText says in any of its settings that it is private or a draft."""
    settings = [read_values({found[1]: found[2]}) for found in SETTING.finditer(text)]
    return join_fields(read_head(text), *settings)


def join_fields(head: Fields, *others: Fields) -> Fields:
    """Return the fields of `head`, private or a draft where any of the others is."""
    is_private = head.is_private or any(fields.is_private for fields in others)
    return replace(head, is_private=is_private, is_draft=head.is_draft or any(fields.is_draft for fields in others))


def skip_front_matter(name: str, text: str) -> str:
    """Return a text without its front matter, where that is closed and surely YAML; only some kinds have any."""
    found = FRONT_MATTER.match(text) if name.lower().endswith(KINDS_WITH_FRONT_MATTER) else None
    return text[found.end() :] if found else text


def _split(text: str) -> tuple[dict[str, Any] | None, str, str]:
    """Return the fields, the text after them, and what is wrong with them; None where a text has no front matter."""
    for block, parse in ((YAML_BLOCK, _parse_yaml), (TOML_BLOCK, tomllib.loads), (JSON_BLOCK, json.loads)):
        if found := block.match(text):
            content, body = str(found[1] if found[1] is not None else found[2]), text[found.end() :]
            try:
                values = parse(content[:MAX_FRONT_MATTER])
            except (ValueError, RecursionError):
                lines = dict(_read_lines(content[:MAX_FRONT_MATTER].split("\n")))
                return lines or None, text, "its front matter is not understood"
            return (_name_keys(values), body, "") if isinstance(values, dict) else (None, text, "")
    if JSON_START.match(text):
        stripped = text.lstrip()
        try:
            values, end = json.JSONDecoder().raw_decode(stripped)
        except (ValueError, RecursionError):
            return None, text, ""
        return _name_keys(values), stripped[end:], ""
    return None, text, ""


def _parse_yaml(content: str) -> Any:
    from .yaml_fields import parse_yaml  # needs a library

    return parse_yaml(content)


def _name_keys(values: dict[Any, Any]) -> dict[str, Any]:
    return {" ".join(str(key).replace(":", " ").split()): value for key, value in values.items()}


def _read_lines(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what looks like a field in a line."""
    for line in lines:
        if found := LINE.fullmatch(line[:MAX_LINE]):
            yield found[1].casefold(), re.sub(r"\s+#.*", "", found[2]).strip(" \"'“”*_>-")


def _is_no(value: Any) -> bool:
    return _squeeze(value).casefold().strip("\"'“”!. ") in NO


def _flatten(values: dict[str, Any], above: str = "", level: int = 0) -> Iterator[tuple[str, str]]:
    """Yield each value in one line, under the names of all above it."""
    for key, value in values.items():
        if isinstance(value, dict) and level < MAX_LEVELS:
            yield from _flatten(_name_keys(value), f"{above}{key} ", level + 1)
        else:
            yield f"{above}{key}", _squeeze(value)


def _squeeze(value: Any) -> str:
    """Return a value in one line; a list without brackets."""
    if isinstance(value, bool) or value is None:
        return str(value or "").lower() if value is not False else "false"
    if isinstance(value, list):
        return ", ".join(map(_squeeze, value[:MAX_LIST]))
    return " ".join(str(value).split())[:MAX_VALUE]
