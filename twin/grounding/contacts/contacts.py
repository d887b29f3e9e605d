"""Links, e-mail addresses and phone numbers: their kind, and the form in which two of them compare."""

from __future__ import annotations

import html
import re
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from ...text.words import IS_UNSPACED_NAME
from .hosts import is_host
from .identifiers import DOI_PREFIX, unify_page
from .patterns import ADDRESS, NAMES, SCHEME

Kind = Literal["link", "address", "number", "handle"]

LONGEST_HOST = 253  # characters (RFC 1035, section 2.3.4)
# Parameters that say only where a visitor came from; the prefixes are of Google, HubSpot, Matomo and Piwik.
TRACKING = re.compile(
    r"(?:utm_|_hs|hsa_|mtm_|oly_|pk_|vero_).*|_ga|_gl|dclid|fbclid|gad_source|gbraid|gclid|gclsrc|igsh|igshid|li_fat_id|lipi|"
    r"mc_cid|mc_eid|mkt_tok|msclkid|originalSubdomain|ref|ref_src|ref_url|s_cid|si|trk|ttclid|twclid|wbraid|yclid",
    re.IGNORECASE,
)


def read_match(match: re.Match[str]) -> tuple[Kind, str]:
    """Return kind and text of a match of CONTACT, without the sentence around; for links and addresses only."""
    if match["address"]:
        return "address", match["address"]
    if match["autolink"]:
        return read_target(match["autolink"])
    return read_target(trim(match["url"] or match["host"]))


def find_punctuation(match: re.Match[str]) -> str:
    """Return the sentence's punctuation at the end of a match of CONTACT; for links and addresses only."""
    if match["autolink"]:
        return ""
    written: str = match["url"] or match["address"] or match["host"]
    return written[len(trim(written)) :]


def read_target(target: str) -> tuple[Kind, str]:
    """Return kind and text of a link's target: a page, or, by the scheme, a person's address or number."""
    link = unescape(target)
    scheme, colon, rest = link.partition(":")
    if not colon or rest.startswith("//") or not re.fullmatch(NAMES, scheme, re.IGNORECASE):
        return ("address" if re.fullmatch(ADDRESS, link) else "link"), link
    if "@" in unquote(rest):
        return "address", link
    return ("number" if re.search(r"\d", rest) else "link"), link


def list_parts(match: re.Match[str]) -> list[str]:
    """Return the readings of a link that may run into text without a space, the longest first."""
    if not (link := match["url"] or match["host"]):
        return []
    parts = dict.fromkeys([trim(link), trim(IS_UNSPACED_NAME.split(link)[0]), trim(re.split("[,;]", link)[0])])
    return [part for part in parts if part]


def trim(url: str) -> str:
    """Return a link without the punctuation of the sentence around, as GitHub's extended autolinks do."""
    while url := url.removesuffix("'s"):
        last = url[-1]
        is_closing = last in ")}" and url.count(last) > url.count({")": "(", "}": "{"}[last])
        if not (is_closing or last in ".,;:!?'*_~\u2019\u2026"):
            break
        url = url[:-1]
    return url


def is_link(text: str) -> bool:
    """Return whether a text that looks like a link is one, and not a file's name or a slip."""
    if re.fullmatch(f"{SCHEME}://", text):
        return False
    has_scheme = "://" in text or re.match(rf"{SCHEME}:(?!\d)", text) is not None
    return has_scheme or text.lower().startswith("www.") or text.startswith(("/", ".")) or is_host(text)


def unescape(target: str) -> str:
    """Return the target of a Markdown link without brackets, escapes and entities."""
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", target.removeprefix("<").removesuffix(">")))


def write_like(contact: str, kind: Kind, other: str) -> str:
    """Return `other` in the way that `contact` was written: as a link's target, or plain."""
    scheme = match.group() if (match := re.match(rf"(?i)(?:{NAMES}):|{SCHEME}://", contact)) else ""
    if kind == "number" and scheme:
        return scheme + re.sub(r"[^\d+]", "", other)
    is_whole = re.match(rf"{SCHEME}:", other) or other.startswith("/")
    return other if kind == "number" or is_whole else scheme + other


def normalize_address(address: str) -> str:
    """Return an e-mail address's normal form, also that of a `mailto:` link without its subject and text."""
    main, _, fields = unquote(re.sub(rf"(?i)^(?:{NAMES}):", "", address)).partition("?")
    local, _, host = main.strip().rpartition("@")
    return f"{local.casefold()}@{_normalize_host(host)}" + (f"?{fields}" if "@" in fields else "")  # copies go there


def normalize_link(link: str) -> str:
    """Return a link's normal form (RFC 3986, section 6), in which forms that lead to the same page are equal.

    All in lower case, though some servers tell paths apart by it; http as https, no `www.`, trailing dot or slash,
    default port, tracking parameter or fragment, and nothing percent-encoded that need not be.
    """
    if re.match(r"\.{0,2}/(?!/)|\.{1,2}\Z", link):
        return link.casefold()  # of the same site
    link = f"doi.org/{link}" if DOI_PREFIX.match(link) else link
    full = (
        link
        if re.match(rf"{SCHEME}:", link) and not re.match(r"[^/]*\.[^/]*:\d", link)
        else f"https://{link.lstrip('/')}"
    )
    try:
        parts = urlsplit(full)
        port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    except ValueError:
        return full.casefold()
    scheme = "" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
    user = "".join(parts.netloc.rpartition("@")[:2])
    query = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(pair[0]))
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~").rstrip("/")
    route = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""  # of a page that is an application
    site = f"{scheme}{user}{_normalize_host(parts.hostname or '')}{port}"
    return unify_page(f"{site}{path}{'?' if query else ''}{urlencode(query)}{route}".casefold())


def host_of(key: str) -> str:
    """Return the host of a link's normal form."""
    return re.split(r"[/?#:]", key.rpartition("@")[2] or key)[0]


def _normalize_host(host: str) -> str:
    name = host.casefold().rstrip(".").removeprefix("www.")
    if len(name) > LONGEST_HOST:  # Python's codec takes long to refuse it
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
