"""A visitor's own conversation: read, download, delete."""
