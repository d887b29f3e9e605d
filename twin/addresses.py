"""Origins and URLs, as settings write them."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

HOST = r"(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[1-9]\d{0,4}))?"


def parse_origins(value: object) -> object:
    """Return the origins of a comma-separated list as browsers send them: no spaces, no trailing slash."""
    if not isinstance(value, (str, list, tuple)):
        return value
    parts = value.split(",") if isinstance(value, str) else [str(part) for part in value]
    origins = [part.strip().rstrip("/").lower() for part in parts if part.strip()]
    return tuple(origin if origin == "*" else _checked_origin(origin) for origin in origins)


def check_base_url(value: object) -> object:
    """Return the base URL, or raise ValueError where it is none."""
    pattern = rf"(?=[!-~]+\Z)https?://(?:[^/?#@]+@)?{HOST}(?:/[^?#]*)?"
    match = re.fullmatch(pattern, str(value), re.ASCII | re.IGNORECASE)
    if match is None or not _is_host(match):
        raise ValueError("it is not a URL such as http://localhost:11434/v1")
    return value


def mask_password(url: str) -> str:
    """Return a URL without the user and password that it may hold."""
    return re.sub(r"(?<=://)[^/?#@]*@", "********@", url)


def _checked_origin(origin: str) -> str:
    match = re.fullmatch(rf"(https?)://{HOST}", origin, re.ASCII)
    if match is None or not _is_host(match):
        raise ValueError(f"{origin!r} is not an origin such as https://example.com or http://localhost:3000")
    default_port = {"http": "80", "https": "443"}[match[1]]
    return origin.removesuffix(f":{default_port}")


def _is_host(match: re.Match[str]) -> bool:
    """Whether what matched HOST can be: labels of 1 to 63 characters or an address, and a port up to 65535."""
    host = match["host"]
    try:
        if host.startswith("["):
            IPv6Address(host[1:-1])
        elif host.rpartition(".")[2].isdigit():
            IPv4Address(host)
        host.encode("idna")
    except ValueError:
        return False
    return int(match["port"] or 1) <= 65_535
