"""`flask twin check`: whether the twin would work, and how to mend what would not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from textwrap import shorten
from typing import Any

import click
from flask import Flask, current_app

from ..budget import Budget
from ..errors import StartError, TwinError
from ..gaps import Gaps
from ..grounding import open_gate
from ..llm.embedded import NOTICE, EmbeddedModel, check_available
from ..memory import Memory
from ..prompt import Briefing, Prompt
from ..settings import Settings, collect_values, load_settings
from ..stores import Databases
from ..system.files import ROOT
from ..text.tokens import estimate_tokens
from ..web import guards
from .terminal import count

QUESTION = "Who are you?"


class Deployment:
    """What is checked: the settings, and what they make of the owner's files."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def prompt(self) -> Prompt:
        """What puts together what the model is sent; raises StartError where the persona is wrong."""
        return Prompt(self.settings)

    @cached_property
    def briefing(self) -> Briefing:
        """What that is now; raises StartError where the persona is wrong."""
        return self.prompt.make_briefing()

    def compose(self) -> list[dict[str, str]]:
        """Return a question as the model is sent it."""
        question = [{"role": "user", "content": QUESTION}]
        try:
            return self.briefing.compose(question, self.prompt.find(self.briefing, question)).messages
        except StartError:  # which is a finding of its own
            return question

    def ground(self, answer: str) -> str:
        """Return an answer as a visitor would get it."""
        try:
            briefing = self.briefing
        except StartError:
            return answer
        gate = open_gate(briefing.grounding, briefing.material, self.settings.fallback, [QUESTION])
        return gate.pass_whole(answer)


@dataclass(frozen=True)
class Finding:
    """What one check found: that all is well, or one fault and how to mend it."""

    check: str
    ok: bool
    message: str


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def check(as_json: bool) -> None:
    """Try settings, persona, knowledge, budget, memory, gaps, model and CORS origins; exit with 1 if one is wrong."""
    findings = []
    for finding in run_checks(current_app.config):
        findings.append(finding)
        if not as_json:
            click.echo(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.check:9}  {finding.message}")
    ok = all(finding.ok for finding in findings)
    if as_json:
        report = {"ok": ok, "checks": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    raise SystemExit(0 if ok else 1)


def run_checks(overrides: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what each check finds, as soon as it is found; the others need settings that are right."""
    try:
        settings = load_settings(overrides)
    except StartError as error:
        yield from (Finding("settings", False, fault) for fault in error.args)
        return
    given = [f"{name.upper()} from {value.source}" for name, value in collect_values(overrides).items()]
    yield Finding("settings", True, f"{', '.join(given) or 'none is set'}; all others have their defaults.")
    deployment = Deployment(settings)
    for name, attempt in CHECKS.items():
        try:
            yield Finding(name, True, attempt(deployment))
        except (StartError, TwinError) as error:
            yield Finding(name, False, str(error))


def try_persona(deployment: Deployment) -> str:
    """Return how long the persona is; raises StartError where it is wrong."""
    tokens = estimate_tokens(deployment.briefing.persona)
    name = deployment.prompt.persona.name
    return f"{name} has about {tokens} tokens, of {deployment.settings.context_tokens} that may be."


def try_knowledge(deployment: Deployment) -> str:
    """Return what the twin knows, and how it finds it; raises StartError where a document cannot be read."""
    try:
        briefing = deployment.briefing
    except StartError:
        return "it is looked at where the persona is right."
    library = briefing.library
    if library.skipped:
        faults = [f"{each.name}: {each.reason}" for each in library.skipped]
        raise StartError(f"instance/knowledge/: {'; '.join(faults)}.")
    if not library:
        name = deployment.prompt.persona.name
        return f"there are no documents in instance/knowledge/: the twin knows what {name} says."
    search = deployment.prompt.search
    missing, passages = search.count_missing()
    tokens = sum(document.tokens for document in library.documents)
    ways = f"words and vectors ({search.embeddings.model})" if search.embeddings else "words alone"
    sent = "all are sent" if briefing.is_whole else f"the closest {briefing.most} are sent"
    text = f"{count(len(library.documents), 'document')}, about {tokens} tokens, of which {sent}; found by {ways}"
    if search.embeddings is None:
        return f"{text}: pip install -r requirements/service.lock, or EMBEDDING_MODEL, would find what is meant, too."
    return f"{text}; {missing} of {passages} passages have no vector yet." if missing else f"{text}."


def try_budget(deployment: Deployment) -> str:
    """Return how many calls a day may cost; raises StartError or TwinError where nobody can know, or it is none."""
    settings = deployment.settings
    budget = Budget(settings, Databases.of(settings))
    if not budget.is_capped:
        return "DAILY_TOKENS is 0 and DAILY_USD unset: nothing limits what a day may cost."
    budget.check()
    calls = budget.count_calls(deployment.compose())
    if not calls:
        raise StartError("DAILY_TOKENS, DAILY_USD: not one answer fits a day: raise them, or lower MAX_OUTPUT_TOKENS.")
    return f"a day holds {count(calls, 'answer')}, also at once, if each is as long as it may be; most are not."


def try_memory(deployment: Deployment) -> str:
    """Return what is remembered; raises StartError or TwinError where nothing can be."""
    settings = deployment.settings
    if not settings.memory:
        return "MEMORY is off: each question is answered on its own."
    Memory(settings, Databases.of(settings)).check()
    days = settings.retention_days
    return f"conversations are kept {f'for {days} days after their last message' if days else 'for ever'}."


def try_gaps(deployment: Deployment) -> str:
    """Return how many questions wait for the owner; raises StartError or TwinError where none can be recorded."""
    settings = deployment.settings
    if not settings.gaps:
        return "GAPS is off: questions that find no answer are not recorded."
    return f"{Gaps(Databases.of(settings)).count()} questions wait for an answer: `flask twin gaps` lists them."


def try_model(deployment: Deployment) -> str:
    """Return what the model answers; raises StartError where there is none, TwinError where it fails."""
    settings = deployment.settings
    embedded = EmbeddedModel(ROOT / "instance")
    if settings.uses_embedded_model:
        check_available(settings.embedded_model, ROOT / "instance")
    from ..llm.model import Model  # openai takes 0.6 s to import

    messages = deployment.compose()
    answer = Model(settings, embedded).answer(
        messages, partial(Budget(settings, Databases.of(settings)).hold, messages)
    )
    notice = f" {NOTICE}" if settings.uses_embedded_model else ""
    text = deployment.ground(answer.text)
    return f"asked “{QUESTION}”, it answers “{shorten(text, 60, placeholder=' …')}”.{notice}"


def try_origins(deployment: Deployment) -> str:
    """Return whose pages may call the service; raises StartError where a browser would refuse one of them."""
    settings = deployment.settings
    app = Flask("origins")
    guards.init_app(app, settings)
    for origin in settings.cors_origins:
        page = "https://any.example" if origin == "*" else origin
        asked = {
            "Origin": page,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        if app.test_client().options("/chat", headers=asked).headers.get("Access-Control-Allow-Origin") not in (
            page,
            "*",
        ):
            raise StartError(f"CORS_ORIGINS: browsers would not let pages of {origin} call the service: correct it.")
    if "*" in settings.cors_origins:
        return "pages of every website may call the service."
    return f"pages of {', '.join(settings.cors_origins) or 'no other origin'} may call the service."


CHECKS = {
    "persona": try_persona,
    "knowledge": try_knowledge,
    "budget": try_budget,
    "memory": try_memory,
    "gaps": try_gaps,
    "model": try_model,
    "origins": try_origins,
}
