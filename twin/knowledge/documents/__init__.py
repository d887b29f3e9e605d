"""The owner's documents: the folder, and a reader for each format."""
