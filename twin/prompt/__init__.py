"""The prompt: persona, documents and rules, and the messages that the model is sent."""

from .briefing import Briefing
from .briefings import Prompt
from .messages import Prepared
from .persona import Persona

__all__ = ["Briefing", "Persona", "Prepared", "Prompt"]
