"""The twin for Model Context Protocol clients, over Streamable HTTP without sessions: /mcp."""
