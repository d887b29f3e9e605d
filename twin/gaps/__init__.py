"""Gaps: visitors' questions without an answer in the documents, made anonymous, and grouped by likeness."""

from .answers import Answers, NewAnswer, TakenBack, find_answers, store_answers
from .backlog import Backlog, Look
from .gaps import Gap, Gaps, Invention, delete_unasked
from .groups import Group, group
from .question import read_question
from .topics import MAX_COMPARED, Topic, join_groups

__all__ = [
    "MAX_COMPARED",
    "Answers",
    "Backlog",
    "Gap",
    "Gaps",
    "Group",
    "Invention",
    "Look",
    "NewAnswer",
    "TakenBack",
    "Topic",
    "delete_unasked",
    "find_answers",
    "group",
    "join_groups",
    "read_question",
    "store_answers",
]
