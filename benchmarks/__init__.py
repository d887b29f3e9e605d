"""What the twin is measured with."""
