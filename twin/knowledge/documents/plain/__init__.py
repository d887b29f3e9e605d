"""Plain files: their encoding, their front matter, Markdown and JSON."""
