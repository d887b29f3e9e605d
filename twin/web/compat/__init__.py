"""The twin as an OpenAI-compatible model: /v1."""
