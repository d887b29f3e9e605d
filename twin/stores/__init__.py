"""The databases: engines, transactions, tables and their migrations."""

from .database import Database
from .databases import PATIENT_SECONDS, Databases

__all__ = ["PATIENT_SECONDS", "Database", "Databases"]
