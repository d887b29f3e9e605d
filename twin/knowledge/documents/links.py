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


def list_links(hrefs: list[str], known: set[str]) -> str:
    """Return a line of the addresses that are not yet `known`, and add them there; "" where all are."""
    new = [address for address in dict.fromkeys(map(resolve_link, hrefs)) if address and address not in known]
    known.update(new)
    return f"Links: {' '.join(new)}" if new else ""
