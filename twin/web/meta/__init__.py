"""The service's own description: health, readiness, OpenAPI."""
