"""The service's own description: health, readiness, metrics, OpenAPI."""
