"""The keys of programs: made and revoked by the owner, and known to every process within seconds."""

from .keys import Key, KeyExists, Keys

__all__ = ["Key", "KeyExists", "Keys"]
