"""Knowledge: the owner's documents, the search in them, and the sources of an answer."""
