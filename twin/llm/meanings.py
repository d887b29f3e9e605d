"""What a provider's error means: told apart by its words first, since one status means other things elsewhere.

The words are those of OpenAI, Azure OpenAI, Gemini, Anthropic, Mistral, DeepSeek, xAI, Groq, OpenRouter, Zhipu, Alibaba
Model Studio, Moonshot, MiniMax, StepFun and Volcengine, and of vLLM, llama.cpp, Ollama, LM Studio, TGI and LiteLLM, in
their error references and sources; `wording.normalise` makes them alike.
"""

from __future__ import annotations

import re
from collections.abc import Container
from enum import Enum, auto
from typing import NamedTuple

from .reports import Report


class Meaning(Enum):
    """What an error of a provider means."""

    DECLINED = auto()  # its filter, not a fault
    TOO_LONG = auto()  # for the model's context
    BUSY = auto()
    FAILED = auto()
    REDIRECT = auto()
    BAD_KEY = auto()
    NO_CREDIT = auto()
    NO_MODEL = auto()
    BAD_CAP = auto()  # the output cap is larger than the model's
    BAD_PATH = auto()
    BAD_REQUEST = auto()
    NO_COMPLETION = auto()  # no error either


class _Rule(NamedTuple):
    meaning: Meaning
    pattern: re.Pattern[str]
    never: Container[int]  # statuses that say something else, whatever the words


def _rule(meaning: Meaning, never: Container[int], phrases: str) -> _Rule:
    """Return a rule for phrases, a regular expression in each line, which match within one saying."""
    return _Rule(meaning, re.compile("|".join(phrases.split("\n")[1:-1]).replace("        ", ""), re.MULTILINE), never)


BUSY_STATUSES = {429, 498, 503, 529}  # 498 is Groq's, 529 Anthropic's
FAILED_STATUSES = {408, 409, 425, 499}
RULES = (  # the first that matches counts
    # Before a declined question, since accounts are closed for what they asked.
    _rule(
        Meaning.BAD_KEY,
        {404, 429},
        r"""
        \b(account|organi[sz]ation|project|subscription|workspace|user)\b.{0,40}\b(suspended|terminated|banned|deleted)
        \b(account|organi[sz]ation|project|subscription|workspace|user)\b.{0,40}\b(deactivated|disabled|not active)
        \bapi key\b.{0,40}\b(expired|revoked|disabled|deactivated|deleted)
        """,
    ),
    _rule(
        Meaning.NO_CREDIT,
        {404},
        r"""
        insufficient (account |user )?(quota|balance|credit|fund)
        \b(out of|no|not enough|low on|negative) (credit|balance|fund|quota)
        \bcredits?\b.{0,40}\b(exhausted|depleted|too low|used|exceeded|ran out|insufficient|required)
        credit balance|balance is (too low|insufficient|not enough)|available credits
        billing (hard )?limit|billing not active|exceeded current quota error
        spend(ing)? (limit|cap)|monthly (included|limit)|payment required
        arrearage|overdue|recharge|top up\b|余额|欠费|充值
        code 1113$
        """,
    ),
    _rule(
        Meaning.BUSY,
        {400, 401, 402, 404, 422},
        r"""
        rate ?limit|too many (concurrent )?requests|overloaded|throttl|slow down$
        \b(at|over|out of|limited|insufficient|no) capacity|capacity (is )?(exceeded|reached)
        \b(tokens?|requests?|queries) (per|a) (second|minute|hour|day)|\b[tr]p[md]\b
        \b(server|system|service|engine|model|provider) (is )?(currently |temporarily |too )?(busy|unavailable|loading)
        loading model|no (available )?(provider|channel|instance|server)s? (is |are )?available
        concurren\w+.{0,30}(limit|exceed)|resource exhausted|繁忙|频率|并发
        code (1302|1303|1305|1312)$
        """,
    ),
    _rule(Meaning.NO_CREDIT, {404}, "\nexceeded your current quota\n"),  # Gemini also says so of a minute's
    _rule(
        Meaning.DECLINED,
        {401, 402, 404, 405, 407, 408, 413, 425, 429, 503},
        r"""
        content (management )?(filter|polic|moderation|safety)|contents? exists? risk|responsible ?ai
        data ?inspection|inappropriate|(safety|moderation) (system|filter|check|polic|guideline|reason|violation)
        (requires|failed|blocked by|violates?) moderation|moderation (failed|blocked|error)
        was flagged|flagged (as|by|for|input)
        usage (polic|guideline)|polic(y|ies) violation|violat\w*.{0,40}\b(polic|guideline|terms)
        sensitive (content|word|info|topic|data|text|material)|new sensitive|sensitivecontent
        \b(content|input|output|text|prompt|response)\b.{0,30}(?<!case) sensitive
        \b(content|input|output|prompt|response)\b.{0,40}\b(blocked|filtered|prohibited|censored|risk)
        \bunsafe\b|\bprohibited (content|use)|high risk|risk (detection|control)|guardrail|censor|harmful|\btoxic
        ^invalid prompt$|^blocklist|recitation|敏感|违规|不安全|不合规|风险
        code (1301|1026|1027)$
        """,
    ),
    _rule(
        Meaning.BAD_CAP,
        {401, 403, 404, 429},
        r"""
        max (completion |output )?tokens\b.{0,40}\b(too (large|high)|at most|less than|must be|greater than|exceeds?)
        max (completion |output )?tokens\b.{0,40}\b(larger than|range|maximum)
        """,
    ),
    _rule(
        Meaning.TOO_LONG,
        {401, 403, 404, 429},
        r"""
        context (length|window|size|limit)|maximum context|\bcontext\b.{0,20}(exceed|overflow)
        \b(prompt|input|messages?|conversation|text)\b.{0,60}\b(too (long|large|many)|exceed|over the limit)
        \brequest\b.{0,30}\b(too (long|large)|exceed\w*.{0,30}token)|request entity too large
        exceed\w*.{0,60}\b(context|(input|prompt) length|(input|prompt|model|total|max\w*|limit)\b.{0,20}\btoken)
        too many (input |prompt |total )?tokens|reduce (the|your) (length|prompt|input|message)
        inputs? tokens max new tokens|range of input length|max(imum)? (prompt|input) (length|token)
        prompt (contains|is) \d+ tokens|tokens? limit|string above max length
        code (3051|1261)$
        """,
    ),
    _rule(
        Meaning.BAD_KEY,
        {404, 408, 429},
        r"""
        \b(api ?key|access token|auth\w* token|bearer token|credentials?)\b.{0,60}\b(invalid|incorrect|not valid|wrong)
        \b(api ?key|access token|auth\w* token|bearer token|credentials?)\b.{0,60}\b(missing|required|malformed)
        \b(api ?key|access token|auth\w* token|bearer token|credentials?)\b.{0,60}\b(not found|not provided)
        \b(invalid|incorrect|missing|wrong|no|bad|provide an?) (api ?key|access token|credential|auth)
        unauthenticated|unauthori[sz]ed|authentication (error|fail)
        """,
    ),
    _rule(
        Meaning.NO_MODEL,
        {401, 408, 429},
        r"""
        \bmodels?\b.{0,120}\b(not (be )?found|not exist|decommissioned|deprecated|retired|no longer|shut down|sunset)
        ^(?!.*\bparameter).*\bmodels?\b.{0,60}\b(not (a )?(valid|available|loaded|supported|accessible|open)|unknown)
        \b(unknown|invalid|no such|unsupported|unrecogni[sz]ed|missing) models?\b|\bno models? (is |are )?loaded
        not a valid model|not a chat model|model (access denied|decommissioned)|access to (the )?model|model not open
        \b(deployment|engine)\b.{0,60}not (found|exist)|v1 responses
        code 1211$
        """,
    ),
)


def judge_report(report: Report) -> Meaning:
    """Return what an error means."""
    status = report.status
    if 300 <= status < 400:
        return Meaning.REDIRECT
    if report.parameter == "model":
        return Meaning.NO_MODEL
    if report.parameter in ("temperature", "top_p", "stream_options"):
        return Meaning.BAD_REQUEST
    for rule in RULES:
        if status not in rule.never and rule.pattern.search(report.words):
            return rule.meaning
    return _judge_status(report)


def _judge_status(report: Report) -> Meaning:
    """Return what a status means whose words say nothing."""
    status = report.status
    if status in BUSY_STATUSES:
        return Meaning.BUSY
    if status >= 500 or status in FAILED_STATUSES:
        return Meaning.FAILED
    if status == 404 and report.is_json and "model" in report.words:
        return Meaning.NO_MODEL
    by_status = {
        200: Meaning.NO_COMPLETION,
        401: Meaning.BAD_KEY,
        402: Meaning.NO_CREDIT,
        403: Meaning.BAD_KEY,
        404: Meaning.BAD_PATH,
        405: Meaning.BAD_PATH,
        413: Meaning.TOO_LONG,
    }
    return by_status.get(status, Meaning.BAD_REQUEST)
