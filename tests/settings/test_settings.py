from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from twin.errors import StartError
from twin.settings import Settings, load_settings

from ..support.service import ROOT


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def write_layers(root: Path, config: str = "", dotenv: str = "") -> Path:
    (root / "instance").mkdir(exist_ok=True)
    (root / "instance" / "config.py").write_text(config)
    (root / ".env").write_text(dotenv)
    return root


def test_has_defaults(tmp_path: Path) -> None:
    settings = load_settings(root=tmp_path)
    assert settings.openai_model == "gpt-4o-mini"
    assert settings.max_output_tokens == 2_000
    assert settings.chat_deadline == 60
    assert settings.cors_origins == ("http://localhost:3000",)
    assert (settings.port, settings.web_concurrency) == (8000, 1)
    assert settings.openai_temperature is None
    assert settings.uses_embedded_model
    assert settings.context_tokens == 2_048
    assert load_settings({"OPENAI_API_KEY": "sk-x"}, tmp_path).context_tokens == 128_000


def test_later_sources_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["config", "dotenv", "environment", "override"]
    root = write_layers(tmp_path, "OPENAI_MODEL = 'config'\nother = 1\n", "OPENAI_MODEL=dotenv\n")
    monkeypatch.setenv("OPENAI_MODEL", "environment")
    seen = [load_settings({"OPENAI_MODEL": "override"}, root).openai_model]
    seen.append(load_settings({}, root).openai_model)
    monkeypatch.delenv("OPENAI_MODEL")
    seen.append(load_settings({}, root).openai_model)
    (root / ".env").unlink()
    seen.append(load_settings({}, root).openai_model)
    assert seen == names[::-1]


@pytest.mark.parametrize("empty", ["", "   ", None])
def test_empty_means_unset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: str | None) -> None:
    root = write_layers(tmp_path, dotenv="OPENAI_BASE_URL=\nOPENAI_API_KEY=\nOPENAI_MODEL=mine\n")
    monkeypatch.setenv("OPENAI_MODEL", "" if empty is None else empty)
    settings = load_settings({"OPENAI_MODEL": empty}, root)
    assert settings.openai_model == "mine"
    assert settings.openai_base_url is None
    assert settings.openai_api_key is None


@pytest.mark.parametrize(
    "line", ['OPENAI_API_KEY="sk-hidden', "OPENAI_API_KEY sk-hidden: x", 'GREETING="Hi" and "bye"']
)
def test_a_line_that_says_nothing_stops_the_start(tmp_path: Path, line: str) -> None:
    root = write_layers(tmp_path, dotenv=f"# mine\nexport OPENAI_MODEL=mine\n{line}\n")
    with pytest.raises(StartError, match=r"\.env: line 3 is not NAME=value") as error:
        load_settings(root=root)
    assert "hidden" not in str(error.value)


def test_a_comment_alone_is_no_value(tmp_path: Path) -> None:
    as_docker_gives_it = {"OPENAI_MODEL": " # unset", "OPENAI_API_KEY": " #mine", "MEMORY": "  # off"}
    assert load_settings(as_docker_gives_it, tmp_path) == load_settings(root=tmp_path)


def test_a_config_that_ends_the_process_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"config\.py: SystemExit: no"):
        load_settings(root=write_layers(tmp_path, "raise SystemExit('no')\n"))


def test_the_placeholder_is_no_key(tmp_path: Path) -> None:
    root = write_layers(tmp_path, dotenv=(ROOT / ".env.example").read_text())
    assert load_settings(root=root).uses_embedded_model


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ('"Hello, you"', "Hello, you"),
        ("'Hello, you'", "Hello, you"),
        ('  "Hello, you"  ', "Hello, you"),
        ('"Hello, you"  # what is said first', "Hello, you"),
        (r'"Say \"Hi\"\nto me"', 'Say "Hi"\nto me'),
        ('"It\'s me"', "It's me"),
        ('""Hello""', '""Hello""'),
        ('"Hello" and "bye"', '"Hello" and "bye"'),
        ('"Hello"\nOTHER=1', '"Hello"\nOTHER=1'),
        ('"Hello', '"Hello'),
        ("It's you", "It's you"),
    ],
)
def test_a_pair_of_quotes_is_taken_off_wherever_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, meant: str
) -> None:
    assert load_settings({"GREETING": value}, tmp_path).greeting == meant
    monkeypatch.setenv("GREETING", value)
    assert load_settings(root=tmp_path).greeting == meant
    monkeypatch.delenv("GREETING")
    root = write_layers(tmp_path, f"GREETING = {value!r}\n")
    assert load_settings(root=root).greeting == meant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_API_KEY", '"sk-x"'),
        ("OPENAI_EXTRA", r'"{\"reasoning_effort\": \"low\"}"'),
        ("OPENAI_EXTRA", '\'{"reasoning_effort": "low"}\''),
        ("CORS_ORIGINS", '"https://a.example, https://b.example"'),
        ("PORT", "'9000'"),
        ("MEMORY", '"on"'),
        ("DATABASE_URL", '"postgresql://u:p@h/twin"'),
        ("OPENAI_API_KEY", '"your_openai_api_key_here"'),
        ("OPENAI_MODEL", '""'),
    ],
)
def test_quotes_make_no_difference_to_what_a_value_means(tmp_path: Path, name: str, value: str) -> None:
    as_docker_gives_it = load_settings({name: value}, tmp_path)
    assert as_docker_gives_it == load_settings(root=write_layers(tmp_path, dotenv=f"{name}={value}\n"))


def test_a_file_that_docker_reads_and_one_that_flask_reads_mean_the_same(tmp_path: Path) -> None:
    document = (ROOT / "docs" / "page.md").read_text()
    sample = next(block for block in re.findall(r"```ini\n(.*?)```", document, re.DOTALL) if "OWNER_NAME=" in block)
    lines = [line for line in sample.splitlines() if line and not line.startswith("#")]  # docker run --env-file
    given = dict(line.split("=", 1) for line in lines)
    assert load_settings(given, tmp_path) == load_settings(root=write_layers(tmp_path, dotenv=sample))
    assert load_settings(given, tmp_path).accent == "#1f6f5c"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTRAIT", "portrait.png              # an image in instance/"),
        ("ACCENT", "#1f6f5c  # text is made legible"),
        ("OPENAI_API_KEY", "sk-hidden # mine"),
        ("OPENAI_MODEL", "gpt-4o-mini # cheap"),
        ("FALLBACK_MODEL", "other\t# dear"),
        ("OWNER_NAME", "Ada # me"),
        ("OPENAI_EXTRA", '{"seed": 1} # always the same'),
        ("MEMORY", "on # for 90 days"),
        ("DAILY_USD", "5 # dollars"),
        ("CORS_ORIGINS", "https://a.example # mine"),
        ("DATABASE_URL", "postgresql://u:p@h/twin # shared"),
    ],
)
def test_a_comment_behind_a_value_is_named_as_such(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(StartError, match=f"^{name}: a comment stands behind the value") as error:
        load_settings({name: value}, tmp_path)
    assert "sk-hidden" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("http://localhost:3000", ("http://localhost:3000",)),
        (" https://A.example/ ,, http://b.example:8080// ", ("https://a.example", "http://b.example:8080")),
        ("https://a.example:443,http://b.example:80", ("https://a.example", "http://b.example")),
        ("*", ("*",)),
        (["http://a.example", "http://[::1]:1"], ("http://a.example", "http://[::1]:1")),
    ],
)
def test_reads_origins(tmp_path: Path, value: Any, origins: tuple[str, ...]) -> None:
    assert load_settings({"CORS_ORIGINS": value}, tmp_path).cors_origins == origins


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/v1",
        "http://localhost:11434/v1/",
        "http://[::1]:8001/v1",
        "http://10.0.0.7",
        "HTTPS://A.example/v1",
        "http://my_model:80/openai/deployments/x",
        "http://user:word@a.example/v1",
    ],
)
def test_takes_base_urls(tmp_path: Path, url: str) -> None:
    assert load_settings({"OPENAI_BASE_URL": url}, tmp_path).openai_base_url == url


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("postgres://u:p@h/twin", "postgresql://u:p@h/twin"),
        ("postgresql+psycopg://h/twin?sslmode=require", "postgresql://h/twin?sslmode=require"),
        ("sqlite:////srv/twin.db", "sqlite:////srv/twin.db"),
    ],
)
def test_takes_databases_as_platforms_write_them(tmp_path: Path, url: str, taken: str) -> None:
    assert load_settings({"DATABASE_URL": url}, tmp_path).database_url == taken


def test_without_memory_all_that_needs_it_is_off_too(tmp_path: Path) -> None:
    settings = load_settings({"MEMORY": "on", "MEMORY_SUMMARY": "on", "GAPS": "on"}, tmp_path).without_memory
    assert Settings.model_validate(settings.model_dump()) == load_settings(root=tmp_path)


def test_a_message_about_a_value_is_made_of_sentences(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"GAPS: it needs MEMORY=on\. It means: on or off: whether"):
        load_settings({"GAPS": "on"}, tmp_path)


def test_dollars_need_prices(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="DAILY_USD: it needs USD_PER_MILLION_INPUT and"):
        load_settings({"DAILY_USD": "5", "USD_PER_MILLION_INPUT": "1"}, tmp_path)
    prices = {"USD_PER_MILLION_INPUT": "0.15", "USD_PER_MILLION_OUTPUT": "0"}
    assert load_settings({"DAILY_USD": "5", **prices}, tmp_path).daily_usd == 5


def test_gaps_need_memory(tmp_path: Path) -> None:
    assert load_settings({"GAPS": "on", "MEMORY": "on"}, tmp_path).gaps
    assert not load_settings({"GAPS": "off"}, tmp_path).gaps


WRONG = [
    ("GAPS", "on"),
    ("GAPS", "some"),
    ("DATABASE_URL", "mysql://h/twin"),
    ("DATABASE_URL", "sqlite://twin.db"),
    ("DATABASE_URL", "twin.db"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "http://localhost"),
    ("REDIS_URL", "redis://"),
    ("ALLOWED_HOSTS", "https://twin.example"),
    ("ALLOWED_HOSTS", "twin.example:8000"),
    ("ALLOWED_HOSTS", "*.twin.example"),
    ("ALLOWED_HOSTS", "a..b"),
    ("TRUSTED_PROXIES", "-1"),
    ("TRUSTED_PROXIES", "many"),
    ("RATE_LIMITS", "perhaps"),
    ("RATE_PER_MINUTE", "0"),
    ("RATE_PER_DAY", "1.5"),
    ("DAILY_TOKENS", "-1"),
    ("DAILY_USD", "5"),
    ("DAILY_USD", "nan"),
    ("USD_PER_MILLION_INPUT", "-1"),
    ("USD_PER_MILLION_OUTPUT", "inf"),
    ("MAX_IN_FLIGHT", "0"),
    ("METRICS_TOKEN", "guess-me"),
    ("METRICS_TOKEN", "a token with spaces"),
    ("METRICS_PORT", "0"),
    ("METRICS_PORT", "8000"),
    ("FALLBACK_BASE_URL", "localhost"),
    ("FALLBACK_API_KEY", "sk with space"),
    ("OPENAI_EXTRA", '{"max_tokens": 5}'),
    ("OPENAI_EXTRA", '{"model": "gpt-5"}'),
    ("OPENAI_EXTRA", '{"max_completion_tokens": 5}'),
    ("CORS_ORIGINS", "localhost:3000"),
    ("CORS_ORIGINS", "http://a.example, example.com"),
    ("CORS_ORIGINS", "http://a.example/path"),
    ("CORS_ORIGINS", "http://*.example.com"),
    ("CORS_ORIGINS", "https://"),
    ("CORS_ORIGINS", "http://a.example:99999"),
    ("CORS_ORIGINS", "http://a.example:0"),
    ("CORS_ORIGINS", "null"),
    ("CORS_ORIGINS", "ftp://a.example"),
    ("CORS_ORIGINS", "http://user@a.example"),
    ("CORS_ORIGINS", "http://a..example"),
    ("CORS_ORIGINS", "http://256.1.1.1"),
    ("CORS_ORIGINS", "http://[::::]"),
    ("CORS_ORIGINS", "http://localhost:03000"),
    ("CORS_ORIGINS", "http://localhost:٣٠٠٠"),
    ("CORS_ORIGINS", 7),
    ("CHAT_DEADLINE", "soon"),
    ("CHAT_DEADLINE", "0"),
    ("CHAT_DEADLINE", "nan"),
    ("CHAT_DEADLINE", "inf"),
    ("MAX_OUTPUT_TOKENS", "-1"),
    ("MAX_OUTPUT_TOKENS", "2.5"),
    ("OPENAI_TEMPERATURE", "hot"),
    ("OPENAI_TEMPERATURE", "3"),
    ("OPENAI_BASE_URL", "localhost:11434"),
    ("OPENAI_BASE_URL", "http://"),
    ("OPENAI_BASE_URL", "http://a b/v1"),
    ("OPENAI_BASE_URL", "http://a:99999/v1"),
    ("OPENAI_BASE_URL", "http://a..b/v1"),
    ("OPENAI_BASE_URL", f"http://{'a' * 64}.example/v1"),
    ("OPENAI_BASE_URL", "http://256.256.256.256/v1"),
    ("OPENAI_BASE_URL", "http://[::::]/v1"),
    ("OPENAI_BASE_URL", "http://a/v1#version"),
    ("OPENAI_BASE_URL", "http://a/v1/chat/completions"),
    ("OPENAI_BASE_URL", "http://a/openai/deployments/x/chat/completions?api-version=2024-10-21"),
    ("FALLBACK_BASE_URL", "http://a/v1/completions/"),
    ("EMBEDDING_BASE_URL", "http://a/v1/embeddings"),
    ("OPENAI_HEADERS", "X-Title: Ada"),
    ("OPENAI_HEADERS", '["X-Title"]'),
    ("OPENAI_HEADERS", '{"X-Title": 7}'),
    ("OPENAI_HEADERS", '{"X Title": "Ada"}'),
    ("OPENAI_HEADERS", '{"X-Title": "Ada\\r\\nHost: b"}'),
    ("OPENAI_HEADERS", '{"X-Title": "Ad\u00e4"}'),
    ("OPENAI_HEADERS", '{"Content-Length": "7"}'),
    ("OPENAI_BASE_URL", "http://a\udcff/v1"),
    ("OPENAI_MODEL", "a\udcff"),
    ("FALLBACK", "a\udcff"),
    ("OPENAI_EXTRA", "{"),
    ("OPENAI_EXTRA", "[" * 100_000),
    ("OPENAI_EXTRA", '{"a": NaN}'),
    ("OPENAI_EXTRA", '{"a": "\\ud800"}'),
    ("OPENAI_EXTRA", "[1]"),
    ("OPENAI_EXTRA", '{"messages": []}'),
    ("MODEL_CONTEXT", "10"),
    ("EMBEDDED_MODEL", "maybe"),
    ("PORT", "0"),
    ("PORT", "http"),
    ("WEB_CONCURRENCY", "0"),
    ("OWNER_NAME", "A" * 81),
    ("PORTRAIT", "nothing.png"),
    ("PORTRAIT", "../me.txt"),
    ("PORTRAIT", "a/b.png"),
    ("ACCENT", "red"),
    ("ACCENT", "#12345"),
    ("ACCENT", "#0a7; }"),
    ("GREETING", "x" * 1_001),
    ("STARTERS", "a|b|c|d|e"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_stops_the_start_and_is_named(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(StartError) as stop:
        load_settings({name: value}, tmp_path)
    assert str(stop.value).startswith(f"{name}: ")
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize("key", ["sk-secret with space", "sk-secret…", "sk-secret\nx"])
def test_a_wrong_key_is_never_printed(tmp_path: Path, key: str) -> None:
    with pytest.raises(StartError) as stop:
        load_settings({"OPENAI_API_KEY": key}, tmp_path)
    assert str(stop.value).startswith("OPENAI_API_KEY: ")
    assert "secret" not in str(stop.value).replace("a secret", "")
    assert "sk-" not in repr(load_settings({"OPENAI_API_KEY": "sk-secret"}, tmp_path))


def test_a_broken_config_file_is_named(tmp_path: Path) -> None:
    for broken in ("PORT = \n", "raise KeyError('x')\n", "import nothing_like_this\n"):
        with pytest.raises(StartError, match=r"config\.py"):
            load_settings(root=write_layers(tmp_path, broken))


def test_a_dotenv_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\n")
    with pytest.raises(StartError, match=r"\.env"):
        load_settings(root=tmp_path)
