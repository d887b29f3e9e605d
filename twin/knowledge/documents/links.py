"""Resolve the links in documents."""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin, urlsplit

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
    return address if WEB.match(address) else ""


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
