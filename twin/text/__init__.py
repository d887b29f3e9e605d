"""Text: writing systems, words, sentences, invisible characters, and tokens."""
