"""The owner's documents: the folder, and a reader for each format.

Exports nothing: each reader's process imports this package, and would import all that the folder needs.
"""
