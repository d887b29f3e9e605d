"""The cap on the cost of a day, with the worst case of each call held until the call is settled."""

from .budget import Budget
from .costs import Prices
from .ledger import Day

__all__ = ["Budget", "Day", "Prices"]
