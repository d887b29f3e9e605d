"""The model: the one package that imports openai."""

from .answers import Answer, FinishReason
from .model import Model

__all__ = ["Answer", "FinishReason", "Model"]
