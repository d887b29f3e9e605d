"""A caller: the one whose chats are counted together."""

from __future__ import annotations

from dataclasses import dataclass

from ..system.networks import network_of
from .limit import Limit


@dataclass(frozen=True)
class Caller:
    """An address's network, to which the limits of the settings apply, or a program with limits of its own."""

    name: str
    limits: tuple[Limit, ...] = ()  # of its own; with none, those of the settings

    @classmethod
    def at(cls, address: str) -> Caller:
        """Return the caller at an address: of IPv6 its /64 network."""
        return cls(network_of(address, 32, 64))
