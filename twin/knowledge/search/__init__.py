"""The search for the passages that are close to a question."""
