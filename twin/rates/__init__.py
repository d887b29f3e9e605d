"""How often one caller may ask, counted in this process or in a Redis."""

from .caller import Caller
from .limit import Limit
from .rates import Rates

__all__ = ["Caller", "Limit", "Rates"]
