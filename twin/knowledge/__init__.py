"""What the owner's documents say."""
