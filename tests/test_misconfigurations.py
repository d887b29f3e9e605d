"""The ways to set a twin up wrongly, and for each the one line that mends it, wherever the owner meets it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .support.scripted_model import ScriptedModel, Step, fails, sends, writes
from .support.service import COMMANDS, copy_project, free_port
from .support.warm import WarmPythons

KEY = "sk-secret-0123456789"
HTML = sends("<html>PROVIDER</html>", 404, content_type="text/html")


def make_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


@dataclass(frozen=True)
class Mistake:
    """What is set wrongly, and the line; `model` is how the model takes it, where the start cannot know."""

    line: str
    settings: dict[str, str] = field(default_factory=dict)
    spoil: Callable[[Path], object] = lambda root: None
    model: Step | None = None


# In a line, {root} stands for the project's folder and {url} for the model's address without its /v1.
STARTS = {
    "a key with a character that no key has": Mistake(
        "OPENAI_API_KEY: it holds characters that no key has (copy it again).",
        {"OPENAI_API_KEY": "sk-secret…"},
    ),
    "a base URL without http": Mistake(
        "OPENAI_BASE_URL: it is not a URL such as http://localhost:11434/v1.", {"OPENAI_BASE_URL": "localhost:11434"}
    ),
    "a model's name that is no text": Mistake("OPENAI_MODEL: it is not UTF-8.", {"OPENAI_MODEL": "a\udcff"}),
    "a temperature that is too high": Mistake(
        "OPENAI_TEMPERATURE: Input should be less than or equal to 2.", {"OPENAI_TEMPERATURE": "3"}
    ),
    "further fields that are not JSON": Mistake("OPENAI_EXTRA: it is not JSON.", {"OPENAI_EXTRA": "{effort: low}"}),
    "further fields that are the service's own": Mistake(
        "OPENAI_EXTRA: it may not hold stream.", {"OPENAI_EXTRA": '{"stream": true}'}
    ),
    "a model among the further fields": Mistake(
        "OPENAI_EXTRA: it may not hold model (set OPENAI_MODEL instead).", {"OPENAI_EXTRA": '{"model": "gpt-5"}'}
    ),
    "no output": Mistake("MAX_OUTPUT_TOKENS: Input should be greater than or equal to 1.", {"MAX_OUTPUT_TOKENS": "0"}),
    "a context too small": Mistake(
        "MODEL_CONTEXT: Input should be greater than or equal to 256.", {"MODEL_CONTEXT": "10"}
    ),
    "a deadline that is no number": Mistake(
        "CHAT_DEADLINE: Input should be a valid number, unable to parse string as a number.", {"CHAT_DEADLINE": "1m"}
    ),
    "a fallback that is no text": Mistake("FALLBACK: it is not UTF-8.", {"FALLBACK": "a\udcff"}),
    "neither on nor off": Mistake(
        "EMBEDDED_MODEL: Input should be a valid boolean, unable to interpret input.", {"EMBEDDED_MODEL": "maybe"}
    ),
    "an origin without http": Mistake(
        "CORS_ORIGINS: 'example.com' is not an origin such as https://example.com or http://localhost:3000.",
        {"CORS_ORIGINS": "https://a.example, example.com"},
    ),
    "an owner with too long a name": Mistake(
        "OWNER_NAME: String should have at most 80 characters.", {"OWNER_NAME": "A" * 81}
    ),
    "a portrait whose name is too long": Mistake(
        "PORTRAIT: there is no such file in instance/.", {"PORTRAIT": "m" * 300 + ".png"}
    ),
    "a portrait that is not there": Mistake("PORTRAIT: there is no such file in instance/.", {"PORTRAIT": "me.png"}),
    "a portrait that is no image": Mistake(
        "PORTRAIT: it is not the name of a PNG, JPEG, WebP, AVIF or GIF file.", {"PORTRAIT": "../me.txt"}
    ),
    "an accent that is no colour": Mistake("ACCENT: it is not a colour such as #0a7 or #00aa77.", {"ACCENT": "teal"}),
    "too many starters": Mistake("STARTERS: there are more than four.", {"STARTERS": "a|b|c|d|e"}),
    "too many starters in one language": Mistake(
        "STARTERS: there are more than four.", {"STARTERS": '{"en": "a", "de": "a|b|c|d|e"}'}
    ),
    "a greeting in a language that the page lacks": Mistake(
        "GREETING: the page does not have xx: it has en, de, fr, es, it, pt, nl, pl, ar.", {"GREETING": '{"xx": "Hi"}'}
    ),
    "a greeting that is half an object": Mistake(
        "GREETING: it begins as a JSON object, and is none.", {"GREETING": '{"en": "Hi"'}
    ),
    "a language that the page lacks": Mistake(
        "PAGE_LANGUAGE: Input should be 'en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl' or 'ar'.",
        {"PAGE_LANGUAGE": "xx"},
    ),
    "an imprint that is no address": Mistake(
        "IMPRINT_URL: it is not an address such as https://example.com/imprint or /imprint.",
        {"IMPRINT_URL": "javascript:alert(1)"},
    ),
    "a port that cannot be": Mistake("PORT: Input should be less than or equal to 65535.", {"PORT": "80000"}),
    "no workers": Mistake("WEB_CONCURRENCY: Input should be greater than or equal to 1.", {"WEB_CONCURRENCY": "0"}),
    "a config.py that breaks": Mistake(
        "{root}/instance/config.py: NameError: name 'low' is not defined",
        spoil=lambda root: (root / "instance" / "config.py").write_text("OPENAI_TEMPERATURE = low\n"),
    ),
    "a folder for .env": Mistake(
        "{root}/.env is a folder: make it a file.", spoil=lambda root: make_folder(root / ".env")
    ),
    "a folder for me.txt": Mistake(
        "{root}/me.txt is a folder: make it a text file that says who the twin is.",
        spoil=lambda root: make_folder(root / "me.txt"),
    ),
    "no me.txt": Mistake(
        "{root}/instance/me.txt is missing: write there who the twin is.", spoil=lambda root: (root / "me.txt").unlink()
    ),
    "an empty me.txt": Mistake(
        "{root}/me.txt is empty: write there who the twin is.", spoil=lambda root: (root / "me.txt").write_text("\n")
    ),
    "an instance/me.txt that is empty": Mistake(
        "{root}/instance/me.txt is empty: write there who the twin is.",
        spoil=lambda root: (root / "instance" / "me.txt").write_text("\n"),
    ),
    "a me.txt in another encoding": Mistake(
        "{root}/me.txt is not UTF-8: save it in that encoding.",
        spoil=lambda root: (root / "me.txt").write_bytes("Bin ich schön?".encode("latin-1")),
    ),
    "a me.txt that is too long": Mistake(
        "{root}/me.txt takes about 1000 tokens, more than the 256 of MODEL_CONTEXT: shorten it, or raise that setting",
        {"MODEL_CONTEXT": "256"},
        lambda root: (root / "me.txt").write_text("I am Ada " + "and so on " * 399),
    ),
    "no model": Mistake("EMBEDDED_MODEL=on", {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "EMBEDDED_MODEL": "off"}),
}
CHATS = {
    "a key that the model refuses": Mistake(
        "OPENAI_API_KEY: {url}/v1 refuses it (401): copy it again from where it was made.",
        model=fails(401, "invalid_api_key"),
    ),
    "no key where the model wants one": Mistake(
        "OPENAI_API_KEY: {url}/v1 wants a key (401): set it.", {"OPENAI_API_KEY": ""}, model=fails(401)
    ),
    "an account without quota": Mistake(
        "OPENAI_API_KEY: the account behind it has no quota left (429): add credit, or raise its limit.",
        model=fails(429, "insufficient_quota"),
    ),
    "an unreachable base URL": Mistake(
        "OPENAI_BASE_URL: http://127.0.0.1:1/v1 cannot be reached ([Errno 111] Connection refused): "
        "start that server, or correct the address.",
        {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"},
    ),
    "a base URL without /v1": Mistake(
        "OPENAI_BASE_URL: {url} takes no chats (404): it usually ends in /v1, so try {url}/v1.",
        {"OPENAI_BASE_URL": "{url}"},
        model=HTML,
    ),
    "a base URL without /v1 that shows a page": Mistake(
        "OPENAI_BASE_URL: {url} sends what is no chat completion: it usually ends in /v1, so try {url}/v1.",
        {"OPENAI_BASE_URL": "{url}"},
        model=sends("<html>PROVIDER</html>", content_type="text/html"),
    ),
    "a base URL with a password": Mistake(
        "OPENAI_BASE_URL: http://********@127.0.0.1:1 cannot be reached",
        {"OPENAI_BASE_URL": "http://me:sk-secret@127.0.0.1:1"},
    ),
    "a base URL that redirects": Mistake(
        "OPENAI_BASE_URL: {url}/v1 redirects (308): put the address to which it leads there.",
        model=sends(b"", 308, location="/PROVIDER"),
    ),
    "an unknown model": Mistake(
        "OPENAI_MODEL: {url}/v1 has no model 'gpt-4o-nini' (404): name one that it has.",
        {"OPENAI_MODEL": "gpt-4o-nini"},
        model=fails(404, "model_not_found"),
    ),
    "an unknown model, as Ollama says it": Mistake(
        "OPENAI_MODEL: {url}/v1 has no model 'lama' (404): name one that it has.",
        {"OPENAI_MODEL": "lama"},
        model=sends({"error": 'PROVIDER: model "lama" not found'}, 404),
    ),
    "a temperature that the model refuses": Mistake(
        "OPENAI_TEMPERATURE: the model refuses its value (400): change it, or unset it.",
        {"OPENAI_TEMPERATURE": "0.3"},
        model=sends({"error": {"message": "PROVIDER", "param": "temperature", "code": "unsupported_value"}}, 400),
    ),
    "a me.txt longer than the model's context": Mistake(
        "MODEL_CONTEXT: the model holds less than persona, documents, the message and an answer of "
        "MAX_OUTPUT_TOKENS take: set it to what the model holds, and lower KNOWLEDGE_TOKENS or MAX_OUTPUT_TOKENS, "
        "or shorten the persona.",
        model=fails(400, "context_length_exceeded"),
    ),
    "a deadline that the model cannot keep": Mistake(
        "CHAT_DEADLINE: {url}/v1 gave no whole answer in 1 seconds: raise it, or use a faster model.",
        {"CHAT_DEADLINE": "1"},
        model=writes(b"", then="stall"),
    ),
    "an output cap that reasoning uses up": Mistake(
        "MAX_OUTPUT_TOKENS: the model used them up before it wrote a word: raise it.",
        model=sends({"choices": [{"finish_reason": "length", "message": {"content": ""}}]}),
    ),
}


class Project:
    """A project that is set up with a mistake."""

    def __init__(self, root: Path, mistake: Mistake, model: ScriptedModel, pythons: WarmPythons) -> None:
        self._pythons = pythons
        self.root = copy_project(root)
        mistake.spoil(self.root)
        model.otherwise = mistake.model or model.otherwise
        self.url = model.url.removesuffix("/v1")
        port = str(free_port())
        settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "PORT": port, "FLASK_RUN_PORT": port}
        wrong = {name: value.replace("{url}", self.url) for name, value in mistake.settings.items()}
        self.settings = settings | wrong
        self.line = mistake.line.replace("{root}", str(self.root)).replace("{url}", self.url)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self._pythons.run(command, self.root, {"PATH": os.environ["PATH"], **self.settings})

    def assert_ended_in_the_line(self, end: subprocess.CompletedProcess[str]) -> None:
        assert (end.returncode, end.stdout) == (2, "")
        assert end.stderr.startswith("twin: ")
        assert end.stderr.count("\n") == 1, end.stderr
        assert self.line in end.stderr
        self.assert_nothing_leaked(end.stderr)

    def assert_checked(self, end: subprocess.CompletedProcess[str]) -> None:
        assert end.returncode == 1
        assert end.stderr == ""
        report = json.loads(end.stdout)
        wrong = [check["message"] for check in report["checks"] if not check["ok"]]
        assert not report["ok"]
        assert len(wrong) == 1
        assert self.line in wrong[0]
        self.assert_nothing_leaked(end.stdout)

    def assert_nothing_leaked(self, text: str) -> None:
        assert "Traceback" not in text
        assert "PROVIDER" not in text
        assert "sk-" not in text


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path, model: ScriptedModel, pythons: WarmPythons) -> Project:
    return Project(tmp_path / "twin", request.param, model, pythons)


@pytest.mark.parametrize("project", STARTS.values(), ids=STARTS, indirect=True)
@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
def test_it_stops_the_start(project: Project, command: str) -> None:
    project.assert_ended_in_the_line(project.run(*COMMANDS[command]))


@pytest.mark.parametrize("project", CHATS.values(), ids=CHATS, indirect=True)
def test_it_is_what_ends_a_chat_in_the_terminal(project: Project) -> None:
    project.assert_ended_in_the_line(project.run("flask", "twin", "ask", "Who are you?"))


@pytest.mark.parametrize("project", (STARTS | CHATS).values(), ids=(STARTS | CHATS), indirect=True)
def test_it_is_what_check_finds(project: Project) -> None:
    project.assert_checked(project.run("flask", "twin", "check", "--json"))
