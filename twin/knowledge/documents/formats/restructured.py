"""The text of reStructuredText, by way of HTML."""

from __future__ import annotations

from docutils.core import publish_parts
from docutils.utils import SystemMessage

from ..extraction import Unreadable
from ..html import html_to_text

# Nothing is included from other files or run, and what docutils does not know is left as it is.
SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "halt_level": 5,
    "report_level": 5,
    "_disable_config": True,
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "math_output": "LaTeX",
    "smart_quotes": False,
    "syntax_highlight": "none",
}


def restructured_to_text(text: str) -> str:
    """Return the text without comments, and with what its substitutions stand for. Raises Unreadable."""
    try:
        page = publish_parts(text, writer="html5", settings_overrides=SETTINGS)
    except SystemMessage as error:
        raise Unreadable("it is no reStructuredText") from error
    return html_to_text(page["html_body"])
