"""The prompt: briefing.py makes the system message of persona, documents and rules; messages.py adds the chat."""

from .briefing import Briefing
from .briefings import Briefings
from .messages import Prepared
from .persona import Persona

__all__ = ["Briefing", "Briefings", "Persona", "Prepared"]
