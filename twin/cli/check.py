"""`flask twin check`: whether the twin would work, and how to mend what would not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from textwrap import shorten
from typing import Any

import click
from flask import Flask, current_app

from .. import edge
from ..budget import Budget
from ..config import ROOT, Settings, collect_values, load_settings
from ..db import Databases
from ..embedded import NOTICE, EmbeddedModel, check_available
from ..errors import StartError, TwinError
from ..memory import Memory
from ..persona import Persona, estimate_tokens

QUESTION = "Who are you?"


@dataclass(frozen=True)
class Finding:
    """What one check found: that all is well, or one fault and how to mend it."""

    check: str
    ok: bool
    message: str


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def check(as_json: bool) -> None:
    """Try settings, persona, budget, memory, model and CORS origins; exit with 1 if one is wrong."""
    findings = []
    for finding in run_checks(current_app.config):
        findings.append(finding)
        if not as_json:
            click.echo(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.check:8}  {finding.message}")
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
    for name, attempt in CHECKS.items():
        try:
            yield Finding(name, True, attempt(settings))
        except (StartError, TwinError) as error:
            yield Finding(name, False, str(error))


def try_persona(settings: Settings) -> str:
    """Return how long me.txt is; raises StartError where it is wrong."""
    persona = Persona(ROOT / "me.txt", settings.context_tokens).text()
    return f"me.txt has about {estimate_tokens(persona)} tokens, of {settings.context_tokens} that may be."


def try_budget(settings: Settings) -> str:
    """Return how many calls a day may cost; raises StartError or TwinError where nobody can know, or it is none."""
    budget = Budget(settings, Databases.of(settings))
    if not budget.is_capped:
        return "DAILY_TOKENS is 0 and DAILY_USD unset: nothing limits what a day may cost."
    budget.check()
    calls = budget.count_calls(_compose(settings))
    if not calls:
        raise StartError("DAILY_TOKENS, DAILY_USD: not one answer fits a day: raise them, or lower MAX_OUTPUT_TOKENS.")
    return f"{calls} answers fit a day if each is as long as it may be; most are not."


def try_memory(settings: Settings) -> str:
    """Return what is remembered; raises StartError or TwinError where nothing can be."""
    if not settings.memory:
        return "MEMORY is off: each question is answered on its own."
    Memory(settings, Databases.of(settings)).check()
    days = settings.retention_days
    return f"conversations are kept {f'for {days} days after their last message' if days else 'for ever'}."


def try_model(settings: Settings) -> str:
    """Return what the model answers; raises StartError where there is none, TwinError where it fails."""
    embedded = EmbeddedModel(ROOT / "instance")
    if settings.uses_embedded_model:
        check_available(settings.embedded_model, ROOT / "instance")
    from ..llm import Model  # openai takes 0.6 s to import

    messages = _compose(settings)
    answer = Model(settings, embedded).answer(
        messages, partial(Budget(settings, Databases.of(settings)).hold, messages)
    )
    notice = f" {NOTICE}" if settings.uses_embedded_model else ""
    return f"asked “{QUESTION}”, it answers “{shorten(answer.text, 60, placeholder=' …')}”.{notice}"


def _compose(settings: Settings) -> list[dict[str, str]]:
    messages = [{"role": "user", "content": QUESTION}]
    with suppress(StartError):  # that me.txt is wrong is a finding of its own
        messages.insert(0, {"role": "system", "content": Persona(ROOT / "me.txt", settings.context_tokens).text()})
    return messages


def try_origins(settings: Settings) -> str:
    """Return whose pages may call the service; raises StartError where a browser would refuse one of them."""
    app = Flask("origins")
    edge.init_app(app, settings)
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
    "budget": try_budget,
    "memory": try_memory,
    "model": try_model,
    "origins": try_origins,
}
