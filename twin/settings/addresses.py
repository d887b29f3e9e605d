"""Origins, URLs and hosts in settings: parsing and checks."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

HOST_AND_PORT = r"(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[1-9]\d{0,4}))?"


def parse_origins(value: object) -> object:
    """Return the origins of a comma-separated list as browsers send them: no spaces, no trailing slash."""
    if not isinstance(value, (str, list, tuple)):
        return value
    origins = [part.rstrip("/") for part in _split_list(value)]
    return tuple(origin if origin == "*" else _check_origin(origin) for origin in origins)


def is_origin(value: str) -> bool:
    """Return whether a value is the origin of a website."""
    try:
        return bool(_check_origin(value.lower()))
    except ValueError:
        return False


def check_base_url(value: object) -> object:
    """Return a base URL, which may have a query; raises ValueError for any other value."""
    pattern = rf"(?=[!-~]+\Z)https?://(?:[^/?#@]+@)?{HOST_AND_PORT}(?P<path>/[^?#]*)?(?:\?[^#]*)?"
    match = re.fullmatch(pattern, str(value), re.ASCII | re.IGNORECASE)
    if match is None or not _is_host(match):
        raise ValueError("it is not a URL such as http://localhost:11434/v1")
    if added := re.search(
        r"(?:/chat/completions|(?<=/v1)/(?:completions|embeddings|responses))/*\Z", match["path"] or ""
    ):
        raise ValueError(f"it ends in {added[0]}, which the service adds itself: leave that out")
    return value


def check_redis_url(value: object) -> object:
    """Return the URL of a Redis; raises ValueError for any other value."""
    if not re.fullmatch(r"(rediss?://(?=[^/?#])|unix:///)[!-~]*", str(value), re.ASCII):
        raise ValueError("it is not a URL such as redis://localhost:6379/0")
    return value


def check_database_url(value: object) -> object:
    """Return the URL of a PostgreSQL or SQLite database as SQLAlchemy takes it; raises ValueError for any other."""
    match = re.fullmatch(r"(sqlite|postgres(?:ql)?(?:\+psycopg)?)://([!-~]+)", str(value), re.ASCII)
    if match is None or (match[1] == "sqlite" and not match[2].startswith("/")):
        raise ValueError("it is not a URL such as postgresql://user:password@localhost/twin or sqlite:////srv/twin.db")
    return f"{'sqlite' if match[1] == 'sqlite' else 'postgresql'}://{match[2]}"


def parse_hosts(value: object) -> object:
    """Return the hosts of a comma-separated list, without ports; a leading dot means the domain and all below it."""
    if not isinstance(value, (str, list, tuple)):
        return value
    hosts = _split_list(value)
    for host in hosts:
        match = re.fullmatch(rf"\.?{HOST_AND_PORT}", host, re.ASCII)
        if match is None or match["port"] or not _is_host(match):
            raise ValueError(f"{host!r} is not a host such as twin.example or 127.0.0.1")
    return hosts


def mask_password(url: str) -> str:
    """Return a URL with its user, password and keys masked, even where these are not escaped."""
    url = re.sub(r"(?<=://).*@", "********@", url)
    names = r"(?!api-version=)[^=&]+" if url.startswith("http") else "password"  # which query of a server is a key?
    return re.sub(rf"(?<=[?&])({names}=)[^&#]*", r"\1********", url)


def _split_list(value: str | list[object] | tuple[object, ...]) -> tuple[str, ...]:
    """Return the parts of a comma-separated list, or of a sequence, in lower case."""
    parts = value.split(",") if isinstance(value, str) else map(str, value)
    return tuple(part.strip().lower() for part in parts if part.strip())


def _check_origin(origin: str) -> str:
    match = re.fullmatch(rf"(https?)://{HOST_AND_PORT}", origin, re.ASCII)
    if match is None or not _is_host(match):
        raise ValueError(f"{origin!r} is not an origin such as https://example.com or http://localhost:3000")
    default_port = {"http": "80", "https": "443"}[match[1]]
    return origin.removesuffix(f":{default_port}")


def _is_host(match: re.Match[str]) -> bool:
    """Return whether a match of HOST_AND_PORT can exist: labels of 1 to 63 characters or an address, port to 65535."""
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
