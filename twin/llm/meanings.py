"""What a provider's error means: told apart by its words first, since one status means other things elsewhere.

The words are those of OpenAI, Azure OpenAI, Gemini, Anthropic, Mistral, DeepSeek, xAI, Groq, OpenRouter, Zhipu, Alibaba
Model Studio, Moonshot, MiniMax, StepFun and Volcengine, and of vLLM, llama.cpp, Ollama, LM Studio, TGI and LiteLLM, in
their error references and sources; `wording.normalise` makes them alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple


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
    BAD_CAP = auto()  # the value of the output cap is none that the model takes
    BAD_PATH = auto()
    BAD_REQUEST = auto()
    NO_COMPLETION = auto()  # no error either


class Rule(NamedTuple):
    """Words that have a meaning, in errors of these statuses."""

    meaning: Meaning
    pattern: re.Pattern[str]
    statuses: frozenset[int]


def make_rule(meaning: Meaning, phrases: Iterable[str], *, except_for: Iterable[int] = ()) -> Rule:
    """Return a rule for the caller's errors, and for those in a body of status 200.

    The phrases are regular expressions, each of which matches within one saying.
    """
    return Rule(meaning, re.compile("|".join(phrases), re.MULTILINE), CALLERS_STATUSES.difference(except_for))


BUSY_STATUSES = {429, 498, 503, 529}  # 498 is Groq's, 529 Anthropic's
FAILED_STATUSES = {408, 409, 425, 499}
CALLERS_STATUSES = frozenset({200, *range(400, 500)}) - FAILED_STATUSES
ACCOUNT = r"\b(account|organi[sz]ation|resource|subscription|team|workspace)\b.{0,40}"
RULES = (  # the first that matches counts
    make_rule(Meaning.DECLINED, ["^flagged input$"]),  # the field of OpenRouter's moderation
    # Before what was declined, since accounts are closed for what they asked.
    make_rule(
        Meaning.BAD_KEY,
        [
            ACCOUNT
            + r"\b(suspended|terminated|banned|deleted|deactivated|disabled|not active|blocked|restricted|flagged)",
            r"\b(project|user) (has been|is|was) (suspended|terminated|banned|deleted|deactivated)",
            r"\b(api )?key\b.{0,40}\b(expired|revoked|disabled|deactivated|deleted)|\baccess\b.{0,20}\bterminated",
        ],
        except_for={404, 429},
    ),
    make_rule(Meaning.NO_CREDIT, ["^(insufficient quota|billing hard limit reached|exceeded current quota error)$"]),
    make_rule(
        Meaning.BUSY,
        [
            r"rate ?limit|too many (concurrent )?requests|overloaded|throttl|slow down$",
            r"\b(at|over|out of|limited|insufficient|no) capacity|capacity (is )?(exceeded|reached)",
            r"\b(tokens?|requests?|queries) (per|a) (second|min|minute|hour|day)\b|\b[tr]p[md]\b",
            r"\b(server|system|service|engine|model|provider) (is )?(currently |temporarily |too )?(busy|unavailable)",
            r"\bmodel (is )?(currently )?loading|(?<!error )(?<!failed )loading model",
            r"no (available )?(provider|channel|instance|server)s? (is |are )?available",
            r"concurren\w{0,8}.{0,30}(limit|exceed)|resource (has been )?exhausted|繁忙|频率|并发",
            r"code (1302|1303|1305|1312)$",
        ],
        except_for={400, 401, 402, 404, 422},
    ),
    make_rule(
        Meaning.NO_CREDIT,
        [
            r"insufficient (account |user )?(quota|balance|credit|fund)|exceeded your current quota",
            r"\b(out of|not enough|low on|negative) (credit|balance|fund|quota)",
            r"\bno (credits?|balance|funds|quota) (left|remaining|available)",
            r"\bcredits?\b.{0,40}\b(exhausted|depleted|too low|used up|exceeded|ran out|insufficient|required)",
            r"credit balance|balance is (too low|insufficient|not enough)|available credits",
            r"billing (hard )?limit|billing not active|(spend(ing)?|usage) (limit|cap)|monthly (included|limit)",
            r"payment required|arrearage|overdue|recharge|top up\b|余额|欠费|充值",
            r"code 1113$",
        ],
        except_for={404},
    ),
    make_rule(
        Meaning.DECLINED,
        [
            r"content (management )?(filter|polic|moderation|safety)|contents? exists? risk|responsible ?ai",
            r"data ?inspection|inappropriate|(safety|moderation) (system|filter|check|polic|guideline|reason|violation)",
            r"(requires|failed|blocked by|violates?) moderation|moderation (failed|blocked|error)",
            r"was flagged|flagged (as|by|for|input)",
            r"usage (polic|guideline)|polic(y|ies) violation|\bviolat\w{0,5}\b.{0,40}\b(polic|guideline|terms)",
            r"sensitive (content|word|info|topic|data|text|material)|new sensitive|sensitivecontent",
            r"\b(content|input|output|text|prompt|response)\b.{0,30}(?<!case) sensitive",
            r"\b(content|input|output|prompt|response)\b.{0,40}\b(blocked|filtered|prohibited|censored|banned|risk)",
            r"guardrails?\b.{0,40}\b(violat|fail|block|interven|trigger)|\b(by|violates?) (a )?guardrail",
            r"\bunsafe (content|prompt|input|output|text|material)|(content|prompt|input|output).{0,20}\bunsafe\b",
            r"\bprohibited (content|use)|high risk|risk detection|censor|harmful|\btoxic",
            r"^(invalid prompt|blocklist|safety|recitation|spii)$|敏感|违规|不安全|不合规|风险",
            r"code (1301|1026|1027)$",
        ],
        except_for={401, 402, 404, 405, 407, 413, 429},
    ),
    make_rule(
        Meaning.BAD_CAP,
        [
            r"\bmax(imum)? (completion |output )?tokens?\b.{0,40}\b(too (large|high|small)|at most|less than|must be)",
            r"\bmax(imum)? (completion |output )?tokens?\b.{0,40}\b(greater than|exceeds?|larger than|range|maximum)",
            r"\bmax(imum)? (completion |output )?tokens?\b.{0,40}\breached|range of max tokens",
        ],
        except_for={401, 403, 404, 429},
    ),
    make_rule(
        Meaning.TOO_LONG,
        [
            r"context (length|window|size|limit)|maximum context|\bcontext\b.{0,20}(exceeded|overflow)",
            r"\b(prompt|inputs?|messages?|conversation|text)\b.{0,60}\b(too (long|large|many)|exceeds?\b|over the limit)",
            r"\b(prompt|inputs?)\b.{0,60}\b(longer|larger|greater|less|fewer) than|max(imum)? (seq|model) len",
            r"\brequest\b.{0,30}\b(too (long|large)|exceed\w{0,3}\b.{0,30}token)|request entity too large",
            r"\bexceed\w{0,3}\b.{0,60}\b(context|(input|prompt) length)",
            r"\bexceed\w{0,3}\b.{0,60}\b(input|prompt|model|total|max\w{0,5}|limit)\b.{0,20}\btoken",
            r"too many (input |prompt |total )?tokens|reduce (the|your) (length|prompt|input|message)",
            r"inputs? tokens max new tokens|range of input length|max(imum)? (prompt|input) (length|token)",
            r"prompt (contains|is) \d+ tokens|tokens? limit (reached|exceeded)|string above max length",
            r"code (3051|1261)$",
        ],
        except_for={401, 403, 404, 429},
    ),
    make_rule(
        Meaning.BAD_KEY,
        [
            r"\b(api ?key|access token|auth\w{0,10} token|bearer token|credentials?)\b.{0,60}"
            r"\b(invalid|incorrect|not valid|wrong|missing|required|malformed|not found|not provided)",
            r"\b(invalid|incorrect|missing|wrong|no|bad|provide an?) (api ?key|access token|credential|auth)",
            r"unauthenticated|unauthori[sz]ed|authentication (error|fail)|login fail|api secret key",
        ],
        except_for={404, 429},
    ),
    make_rule(
        Meaning.NO_MODEL,
        [
            r"\bmodels?\b.{0,120}\b(not (be )?found|not exist|decommissioned|deprecated|retired|no longer|shut down|sunset)",
            r"^(?!.*\b(parameter|kwargs|user)\b).*\bmodels?\b.{0,60}\b(not (a )?(valid|available|loaded|accessible|open)"
            r"|not supported|unknown)",
            r"\b(unknown|invalid|no such|unsupported|unrecogni[sz]ed|missing) models?\b|\bno models? (is |are )?loaded",
            r"not a valid model|not a chat model|model (id|name|identifier) (is )?(invalid|not valid)|model not open",
            r"model (identifier|access).{0,20}\b(invalid|denied)|access to (the )?model|not work with the specified model",
            r"\b(deployment|engine)\b.{0,60}not (found|exist)|v1 responses|no endpoints? (were )?found",
            r"code 1211$",
        ],
        except_for={401, 429},
    ),
    make_rule(
        Meaning.BAD_PATH,
        [
            r"unexpected endpoint|\bcannot post\b|plain http request was sent to https",
            r"\b(unknown|no such|invalid) (endpoint|path|route|url)|\b(endpoint|route|path|url) (was )?not found",
        ],
        except_for={401, 429},
    ),
    make_rule(Meaning.BAD_CAP, [r"max (completion |output )?tokens"], except_for={401, 403, 404, 413, 429}),
)
# Of a server's own failure only unmistakable words count, and none that it may have of a part that failed.
SERVERS_RULES = (
    (Meaning.DECLINED, re.compile(r"^(content filter|content policy violation)$|content policy violation error", re.M)),
    (
        Meaning.TOO_LONG,
        re.compile(r"context length exceeded|maximum context length|exceeds? context (size|window)|available context"),
    ),
    (
        Meaning.BUSY,
        re.compile(
            r"overloaded|^rate ?limit (exceeded|reached|error)|too many requests|at capacity|resource exhausted"
        ),
    ),
)
BY_STATUS = {
    200: Meaning.NO_COMPLETION,
    401: Meaning.BAD_KEY,
    402: Meaning.NO_CREDIT,
    403: Meaning.BAD_KEY,
    404: Meaning.BAD_PATH,
    405: Meaning.BAD_PATH,
    413: Meaning.TOO_LONG,
}


def judge(status: int, words: str, parameter: str) -> Meaning:
    """Return what an error means, by its status, its normalised words and the parameter that it names."""
    if 300 <= status < 400:
        return Meaning.REDIRECT
    if status in FAILED_STATUSES:
        return Meaning.FAILED
    if status >= 500:
        return _judge_failure(status, words)
    if parameter == "model":
        return Meaning.NO_MODEL
    if parameter in ("temperature", "top_p"):
        return Meaning.BAD_REQUEST
    for rule in RULES:
        if status in rule.statuses and rule.pattern.search(words):
            return rule.meaning
    if status == 404 and re.search(r"\bmodel", words):
        return Meaning.NO_MODEL
    return Meaning.BUSY if status in BUSY_STATUSES else BY_STATUS.get(status, Meaning.BAD_REQUEST)


def _judge_failure(status: int, words: str) -> Meaning:
    if status in BUSY_STATUSES:
        return Meaning.BUSY
    return next((meaning for meaning, pattern in SERVERS_RULES if pattern.search(words)), Meaning.FAILED)
