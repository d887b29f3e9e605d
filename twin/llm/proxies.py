"""The environment's proxy for a server: HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, unless NO_PROXY excludes the server."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2


def find_proxy(url: httpcore2.URL) -> httpcore2.Proxy | None:
    """Return the proxy for a URL, or None; raises ProxyError where the environment's value is not a proxy's URL."""
    proxies = getproxies()
    scheme = url.scheme.decode()
    found = proxies.get(scheme) or proxies.get("all")
    if not found or _is_bypassed(url, proxies.get("no", "")):
        return None
    try:
        proxy = httpx2.Proxy(found if "://" in found else f"http://{found}")
    except (ValueError, httpx2.InvalidURL) as error:
        raise httpcore2.ProxyError("it is no URL of a proxy") from error
    where = proxy.url
    address = httpcore2.URL(scheme=where.raw_scheme, host=where.raw_host, port=where.port, target=where.raw_path)
    return httpcore2.Proxy(address, proxy.raw_auth, proxy.headers.raw)


def _is_bypassed(url: httpcore2.URL, listed: str) -> bool:
    """Whether NO_PROXY excludes a URL: by host or domain, with or without port, scheme and *, or by network."""
    host = url.host.decode().strip("[]")
    if proxy_bypass(f"{host}:{url.origin.port}"):
        return True
    for entry in listed.lower().replace(" ", "").split(","):
        scheme, _, name = entry.rpartition("://")
        if scheme not in ("", "all", url.scheme.decode()):
            continue
        if name == "*" or _is_in_network(host, name):
            return True
        domain = name.removeprefix("*").removeprefix(".")
        if domain and f".{host}".endswith(f".{domain}"):
            return True
    return False


def _is_in_network(host: str, network: str) -> bool:
    try:
        return ip_address(host) in ip_network(network.strip("[]"), strict=False)
    except ValueError:  # a name, not an address or a network
        return False
