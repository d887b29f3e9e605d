"""How often one visitor may ask, counted in this process or in a Redis."""

from .rates import Rates

__all__ = ["Rates"]
