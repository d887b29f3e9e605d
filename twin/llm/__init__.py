"""The model: the one package that imports openai."""

from .answers import Answer, FinishReason
from .model import Model
from .stream import AnswerStream

__all__ = ["Answer", "AnswerStream", "FinishReason", "Model"]
