"""The checks of `flask twin check`: each returns a line about its part, or raises a fault and its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from flask import Flask

from ..budget import Budget
from ..errors import StartError, TwinError
from ..gaps import Gaps
from ..llm.embedded import NOTICE, EmbeddedModel, check_available
from ..memory import Memory
from ..owner import Desk
from ..settings import collect_values, load_settings
from ..stores import Databases
from ..system import paths
from ..text.tokens import estimate_tokens
from ..web import cors
from .deployment import QUESTION, Deployment
from .terminal import count


@dataclass(frozen=True)
class Finding:
    """The result of one check: a line about a sound part, or one fault and its remedy."""

    check: str
    ok: bool
    message: str


def run_checks(overrides: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield each finding once its check has run; where the settings are wrong, no other check runs."""
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


def check_persona(deployment: Deployment) -> str:
    """Return the length of the persona; raises StartError where the persona is wrong."""
    tokens = estimate_tokens(deployment.briefing.persona)
    name = deployment.briefings.persona.name
    return f"{name} has about {tokens} tokens, of {deployment.settings.context_tokens} that may be."


def check_knowledge(deployment: Deployment) -> str:
    """Return the size of the documents, and the kind of search; raises StartError where one cannot be read."""
    try:
        briefing = deployment.briefing
    except StartError:
        return "it is looked at where the persona is right."
    library = briefing.library
    if faults := [f"{each.name}: {each.reason}" for each in library.skipped if each.is_fault]:
        raise StartError(f"instance/knowledge/: {'; '.join(faults)}.")
    if not library:
        name = deployment.briefings.persona.name
        return f"there are no documents in instance/knowledge/: the twin knows what {name} says."
    search = deployment.briefings.search
    missing, passages = search.count_missing()
    tokens = sum(document.tokens for document in library.documents)
    ways = f"words and vectors ({search.embeddings.model})" if search.embeddings else "words alone"
    sent = "all are sent" if briefing.is_whole else f"the closest {briefing.max_tokens} are sent"
    text = f"{count(len(library.documents), 'document')}, about {tokens} tokens, of which {sent}; found by {ways}"
    if search.embeddings is None:
        return f"{text}: pip install -r requirements/service.lock, or EMBEDDING_MODEL, would find what is meant, too."
    return f"{text}; {missing} of {passages} passages have no vector yet." if missing else f"{text}."


def check_budget(deployment: Deployment) -> str:
    """Return how many answers a day's budget holds.

    Raises StartError where there is no room for one, and TwinError where the database does not say.
    """
    settings = deployment.settings
    budget = Budget(settings, Databases.of(settings))
    if not budget.is_capped:
        return "DAILY_TOKENS is 0 and DAILY_USD unset: nothing limits what a day may cost."
    budget.check()
    calls = budget.count_calls(deployment.compose())
    if not calls:
        raise StartError("DAILY_TOKENS, DAILY_USD: not one answer fits a day: raise them, or lower MAX_OUTPUT_TOKENS.")
    return f"a day holds {count(calls, 'answer')}, also at once, if each is as long as it may be; most are not."


def check_memory(deployment: Deployment) -> str:
    """Return how long conversations are kept; raises StartError or TwinError where none can be stored."""
    settings = deployment.settings
    if not settings.memory:
        return "MEMORY is off: each question is answered on its own."
    Memory(settings, Databases.of(settings)).check()
    days = settings.retention_days
    return f"conversations are kept {f'for {days} days after their last message' if days else 'for ever'}."


def check_desk(deployment: Deployment) -> str:
    """Return how the owner's desk can be reached; raises TwinError where the database does not say."""
    settings = deployment.settings
    if not settings.memory:
        return "there is no /desk, which needs MEMORY=on."
    if settings.desk_password:
        return "/desk opens with DESK_PASSWORD, or with a link that `flask twin desk` prints."
    desk = Desk(settings, Memory(settings, Databases.of(settings)))
    if desk.accounts.is_open():
        return "/desk is open to those who are signed in or have a link: `flask twin desk` prints one."
    return "there is no /desk until `flask twin desk` prints a link to it; DESK_PASSWORD would keep it open."


def check_gaps(deployment: Deployment) -> str:
    """Return how many questions wait for the owner; raises StartError or TwinError where none can be recorded."""
    settings = deployment.settings
    if not settings.gaps:
        return "GAPS is off: questions that find no answer are not recorded."
    return f"{Gaps(Databases.of(settings)).count()} questions wait for an answer: `flask twin gaps` lists them."


def check_model(deployment: Deployment) -> str:
    """Return the answer to a test question, and how the streamed one differs.

    Raises StartError where no model is set or it answers one way alone, and TwinError where it fails.
    """
    settings = deployment.settings
    embedded = EmbeddedModel(paths.INSTANCE)
    if settings.uses_embedded_model:
        check_available(settings.embedded_model, paths.INSTANCE)
    from ..llm.model import Model  # openai takes 0.6 s to import
    from .model_check import ask_both_ways

    budget = Budget(settings, Databases.of(settings))
    answer, differences = ask_both_ways(Model(settings, embedded), deployment.compose(), budget.hold)
    text = shorten(deployment.ground(answer.text), 60, placeholder=" …")
    notice = f" {NOTICE}" if settings.uses_embedded_model else ""
    return f"asked “{QUESTION}”, it answers “{text}”, {'; '.join(differences) or 'whole and streamed alike'}.{notice}"


def check_origins(deployment: Deployment) -> str:
    """Return the origins that may call the service; raises StartError where a browser would refuse one of them."""
    settings = deployment.settings
    app = Flask("origins")
    cors.init_app(app, settings.cors_origins)
    for origin in settings.cors_origins:
        page = "https://any.example" if origin == "*" else origin
        preflight = {
            "Origin": page,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        response = app.test_client().options("/chat", headers=preflight)
        if response.headers.get("Access-Control-Allow-Origin") not in (page, "*"):
            raise StartError(f"CORS_ORIGINS: browsers would not let pages of {origin} call the service: correct it.")
    if "*" in settings.cors_origins:
        return "pages of every website may call the service."
    return f"pages of {', '.join(settings.cors_origins) or 'no other origin'} may call the service."


CHECKS = {
    "persona": check_persona,
    "knowledge": check_knowledge,
    "budget": check_budget,
    "memory": check_memory,
    "desk": check_desk,
    "gaps": check_gaps,
    "model": check_model,
    "origins": check_origins,
}
