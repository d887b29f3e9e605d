"""Every setting, where its value comes from, and how it is checked."""

from .addresses import is_origin, mask_password
from .layers import PLACEHOLDER_KEY, collect_values, load_settings
from .settings import EMBEDDED_CONTEXT, Settings
from .values import LANGUAGES, as_text, parse_colour, split_starters

__all__ = [
    "EMBEDDED_CONTEXT",
    "LANGUAGES",
    "PLACEHOLDER_KEY",
    "Settings",
    "as_text",
    "collect_values",
    "is_origin",
    "load_settings",
    "mask_password",
    "parse_colour",
    "split_starters",
]
