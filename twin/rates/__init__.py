"""How often one visitor may ask."""
