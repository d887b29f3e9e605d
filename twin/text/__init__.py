"""Text as such: writing systems, words, invisible characters, and how many tokens it has."""
