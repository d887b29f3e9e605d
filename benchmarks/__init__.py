"""Measurements of speed, memory and quality, whose figures stand in docs/."""
