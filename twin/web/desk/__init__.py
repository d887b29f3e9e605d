"""The owner's desk, a page that only its owner can open."""
