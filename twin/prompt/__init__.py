"""The prompt: persona, documents and rules, and the messages that the model is sent."""

from .briefing import Briefing
from .messages import Prepared
from .persona import Persona
from .prompt import Prompt

__all__ = ["Briefing", "Persona", "Prepared", "Prompt"]
