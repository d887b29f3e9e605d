"""All that knows HTTP: the blueprints, and what guards, reads and writes for them."""
