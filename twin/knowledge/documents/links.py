"""Resolve the links in documents."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

# By the end of host and path, the field with the address: of Google Docs' exports, LinkedIn and Outlook.
REDIRECTIONS = {
    "www.google.com/url": "q",
    "www.linkedin.com/redir/redirect": "url",
    ".safelinks.protection.outlook.com/": "url",
}
WEB = re.compile(r"https?://[^/]", re.IGNORECASE)


def resolve_link(href: str, base: str = "") -> str:
    """Return a link's web address, mail address or phone number; "" for any other link."""
    href = re.sub(r"[\t\r\n]", "", href.strip()).replace(" ", "%20")
    scheme, _, rest = href.partition(":")
    if scheme.lower() in ("mailto", "tel"):
        return unquote(rest.partition("?")[0]).strip()
    if not href or href.startswith("#"):
        return ""
    try:
        address = urljoin(base, href)
        urlsplit(address)
    except ValueError:  # http://[
        return ""
    return _unwrap(address) if WEB.match(address) else ""


def _unwrap(address: str) -> str:
    """Return the address to which a redirection leads that a program has put before it."""
    found = urlsplit(address)
    key = next((key for place, key in REDIRECTIONS.items() if f"{found.hostname}{found.path}".endswith(place)), "")
    target = next(iter(parse_qs(found.query).get(key, ())), "")
    return target if WEB.match(target) else address


def add_address(text: str, address: str) -> str:
    """Return a text with the address that a link on it leads to, unless the text says so."""
    said, target = _squeeze(text), _squeeze(address)
    if not target or (said == target if WEB.match(address) else target in said):
        return text
    return f"{text} ({address})" if text else address


def _squeeze(text: str) -> str:
    """Return a text without case, and without the separators that addresses and numbers have in some texts only."""
    return re.sub(r"[\s()./-]", "", text).casefold()


def list_links(hrefs: list[str], known: set[str]) -> str:
    """Return a line of the addresses that are not yet `known`, and add them there; "" where all are."""
    new = [address for address in dict.fromkeys(map(resolve_link, hrefs)) if address and address not in known]
    known.update(new)
    return f"Links: {' '.join(new)}" if new else ""
