"""The networks that visitors' addresses belong to."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


@lru_cache(1_000)  # each chat asks twice
def network_of(address: str, ipv4_bits: int, ipv6_bits: int) -> str:
    """Return the network of a visitor's address, without its port; `unknown` where the text is no address.

    An IPv4 address inside IPv6 (RFC 4291, section 2.5.5.2; RFC 3056) counts as the IPv4 address.
    """
    match = re.fullmatch(r"\[(?P<six>[^\]]*)\](?::\d+)?|(?P<four>[\d.]+)(?::\d+)?", address.strip(), re.ASCII)
    bare = (match["six"] or match["four"] or "") if match else address.strip()
    try:
        found = ip_address(bare.partition("%")[0] if ":" in bare else bare)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    bits = ipv4_bits if isinstance(found, IPv4Address) else ipv6_bits
    return str(ip_network((found, bits), strict=False))
