"""Private text: an answer ends before it says any, in whatever dress."""
